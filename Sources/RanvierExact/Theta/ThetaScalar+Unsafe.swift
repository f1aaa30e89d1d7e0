import CRanvierKernels

/// A precision in which layered theta networks run: `Float` or `Double`.
///
/// The requirements are the kernels of `rnv_exact_theta.h`, where their arguments are described.
public protocol ThetaScalar: BinaryFloatingPoint, BitwiseCopyable, Sendable {
    /// Name of the precision as in commands.
    static var precisionName: String { get }

    /// Bytes of scratch memory of one thread.
    static func scratchBytes(_ shape: UnsafePointer<rnv_exact_theta_shape>) -> Int

    /// Runs samples of a batch; 0, or 1 where a layer had too many events.
    static func run(_ call: ThetaCall<Self>) -> Int32

    /// Gradient of the first weights from that of the bins.
    static func inputGradient(
        masks: UnsafePointer<UInt64>, samples: Int, bins: Int, stride: Int,
        from: UnsafePointer<Self>, pixels: Range<Int>, to: UnsafeMutablePointer<Self>)

    /// transposed[i][j] = weights[j][i].
    static func transpose(
        _ weights: UnsafePointer<Self>, inputs: Int, neurons: Int,
        to transposed: UnsafeMutablePointer<Self>)

    /// to += from.
    static func add(_ from: UnsafePointer<Self>, to: UnsafeMutablePointer<Self>, count: Int)

    /// One optimiser step.
    static func adaBelief(
        _ step: UnsafePointer<rnv_exact_adabelief>, count: Int, gradient: UnsafePointer<Self>,
        mean: UnsafeMutablePointer<Self>, variance: UnsafeMutablePointer<Self>,
        parameters: UnsafeMutablePointer<Self>)
}

/// Arguments of a kernel call.
public struct ThetaCall<Scalar> {
    var shape: UnsafePointer<rnv_exact_theta_shape>
    var weights: [UnsafePointer<Scalar>?]
    var transposed: [UnsafePointer<Scalar>?]
    var phases: [UnsafePointer<Scalar>?]
    var pixels: UnsafePointer<UInt8>
    var labels: UnsafePointer<Int32>?
    var samples: Range<Int>
    var scratch: UnsafeMutableRawPointer
    var report: UnsafePointer<rnv_exact_theta_report>
    var gradients: [UnsafeMutablePointer<Scalar>?]?
    var phaseGradients: [UnsafeMutablePointer<Scalar>?]
    var inputGradients: UnsafeMutablePointer<Scalar>?
}

extension Float: ThetaScalar {
    /// Name of the precision as in commands.
    public static var precisionName: String { "float32" }

    /// Bytes of scratch memory of one thread.
    public static func scratchBytes(_ shape: UnsafePointer<rnv_exact_theta_shape>) -> Int {
        rnv_exact_theta_scratch_f32(shape)
    }

    /// Runs samples of a batch.
    public static func run(_ call: ThetaCall<Float>) -> Int32 {
        rnv_exact_theta_run_f32(
            call.shape, call.weights, call.transposed, call.phases, call.pixels, call.labels,
            call.samples.lowerBound, call.samples.upperBound, call.scratch, call.report,
            call.gradients, call.phaseGradients, call.inputGradients)
    }

    /// Gradient of the first weights from that of the bins.
    public static func inputGradient(
        masks: UnsafePointer<UInt64>, samples: Int, bins: Int, stride: Int,
        from: UnsafePointer<Float>, pixels: Range<Int>, to: UnsafeMutablePointer<Float>
    ) {
        rnv_exact_theta_input_gradient_f32(
            masks, samples, bins, stride, from, pixels.lowerBound, pixels.upperBound, to)
    }

    /// transposed[i][j] = weights[j][i].
    public static func transpose(
        _ weights: UnsafePointer<Float>, inputs: Int, neurons: Int,
        to transposed: UnsafeMutablePointer<Float>
    ) { rnv_exact_theta_transpose_f32(weights, inputs, neurons, transposed) }

    /// to += from.
    public static func add(
        _ from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, count: Int
    ) { rnv_exact_add_f32(from, to, count) }

    /// One optimiser step.
    public static func adaBelief(
        _ step: UnsafePointer<rnv_exact_adabelief>, count: Int, gradient: UnsafePointer<Float>,
        mean: UnsafeMutablePointer<Float>, variance: UnsafeMutablePointer<Float>,
        parameters: UnsafeMutablePointer<Float>
    ) {
        rnv_exact_adabelief_f32(step, count, gradient, mean, variance, parameters)
    }
}

extension Double: ThetaScalar {
    /// Name of the precision as in commands.
    public static var precisionName: String { "float64" }

    /// Bytes of scratch memory of one thread.
    public static func scratchBytes(_ shape: UnsafePointer<rnv_exact_theta_shape>) -> Int {
        rnv_exact_theta_scratch_f64(shape)
    }

    /// Runs samples of a batch.
    public static func run(_ call: ThetaCall<Double>) -> Int32 {
        rnv_exact_theta_run_f64(
            call.shape, call.weights, call.transposed, call.phases, call.pixels, call.labels,
            call.samples.lowerBound, call.samples.upperBound, call.scratch, call.report,
            call.gradients, call.phaseGradients, call.inputGradients)
    }

    /// Gradient of the first weights from that of the bins.
    public static func inputGradient(
        masks: UnsafePointer<UInt64>, samples: Int, bins: Int, stride: Int,
        from: UnsafePointer<Double>, pixels: Range<Int>, to: UnsafeMutablePointer<Double>
    ) {
        rnv_exact_theta_input_gradient_f64(
            masks, samples, bins, stride, from, pixels.lowerBound, pixels.upperBound, to)
    }

    /// transposed[i][j] = weights[j][i].
    public static func transpose(
        _ weights: UnsafePointer<Double>, inputs: Int, neurons: Int,
        to transposed: UnsafeMutablePointer<Double>
    ) { rnv_exact_theta_transpose_f64(weights, inputs, neurons, transposed) }

    /// to += from.
    public static func add(
        _ from: UnsafePointer<Double>, to: UnsafeMutablePointer<Double>, count: Int
    ) { rnv_exact_add_f64(from, to, count) }

    /// One optimiser step.
    public static func adaBelief(
        _ step: UnsafePointer<rnv_exact_adabelief>, count: Int,
        gradient: UnsafePointer<Double>, mean: UnsafeMutablePointer<Double>,
        variance: UnsafeMutablePointer<Double>, parameters: UnsafeMutablePointer<Double>
    ) {
        rnv_exact_adabelief_f64(step, count, gradient, mean, variance, parameters)
    }
}
