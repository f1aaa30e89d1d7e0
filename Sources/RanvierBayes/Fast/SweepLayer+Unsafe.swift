import CRanvierKernels
import Foundation
import RanvierTensors

/// log x, for what has no other need of Foundation.
func logarithm(_ x: Double) -> Double { log(x) }

/// Memory of one layer in a ``DenseSweep``: its totals, moments of its weights, and what a batch leaves. Not shared between threads
/// but for parts of its columns.
final class SweepLayer: @unchecked Sendable {
    let inputs: Int, outputs: Int
    private let layer: DenseLayer
    private let share: Float
    private let isFirst: Bool, isLast: Bool, isExact: Bool
    private let support: [Float], logPrior: [Float]

    private let prior: FloatBuffer, biasPrior: FloatBuffer
    private let precision: FloatBuffer, linear: FloatBuffer
    private let biasPrecision: FloatBuffer, biasLinear: FloatBuffer
    /// Moments of weights and biases; squared means where inputs are uncertain.
    private let mean: FloatBuffer, variance: FloatBuffer, squares: FloatBuffer
    private let biasMean: FloatBuffer, biasVariance: FloatBuffer
    /// What biases and noise add to V.
    private let biasSpread: FloatBuffer
    private let sums: FloatBuffer

    /// a, a², c² s_v and (a² + c² s_v)/τ.
    private let a: FloatBuffer, aSquared: FloatBuffer, own: FloatBuffer, aSpread: FloatBuffer
    /// Means of the inputs of the batch in hand.
    private var inputMean: UnsafePointer<Float>?
    /// ω and V.
    let omega: FloatBuffer, spread: FloatBuffer
    /// Moments of what the neurons hand on.
    let outMean: FloatBuffer, outVariance: FloatBuffer
    /// g and Γ⁺.
    let slope: FloatBuffer, curvature: FloatBuffer
    private let scaledSlope: FloatBuffer
    private let toInputsA: FloatBuffer, toInputsB: FloatBuffer

    init(
        _ layer: DenseLayer, samples: Int, share: Float, isFirst: Bool, isLast: Bool, isExact: Bool
    ) {
        self.layer = layer
        self.share = share
        (self.isFirst, self.isLast, self.isExact) = (isFirst, isLast, isExact)
        (inputs, outputs) = (layer.inputs, layer.outputs)
        if case .categorical(let values, let weights) = layer.family {
            support = values.map { Float($0) }
            logPrior = weights.map { Float($0) }
        } else {
            (support, logPrior) = ([], [])
        }
        func copy(_ tensor: Tensor) -> FloatBuffer {
            let from = tensor.denseBuffer, buffer = FloatBuffer(count: from.count)
            buffer.pointer.update(from: from.pointer, count: from.count)
            return buffer
        }
        prior = copy(layer.prior)
        biasPrior = copy(layer.biasPrior)
        precision = copy(layer.precision)
        linear = copy(layer.linear)
        biasPrecision = copy(layer.biasPrecision)
        biasLinear = copy(layer.biasLinear)
        let weights = inputs * outputs, potentials = samples * outputs, values = samples * inputs
        mean = FloatBuffer(count: weights)
        variance = FloatBuffer(count: weights)
        squares = FloatBuffer(count: weights)
        sums = FloatBuffer(count: isExact ? 0 : weights)
        biasMean = FloatBuffer(count: outputs)
        biasVariance = FloatBuffer(count: outputs)
        biasSpread = FloatBuffer(count: outputs)
        a = FloatBuffer(count: values)
        aSquared = FloatBuffer(count: values)
        own = FloatBuffer(count: values)
        aSpread = FloatBuffer(count: values)
        omega = FloatBuffer(count: potentials)
        spread = FloatBuffer(count: potentials)
        outMean = FloatBuffer(count: potentials)
        outVariance = FloatBuffer(count: potentials)
        slope = FloatBuffer(count: potentials)
        curvature = FloatBuffer(count: potentials)
        scaledSlope = FloatBuffer(count: potentials)
        toInputsA = FloatBuffer(count: isFirst ? 0 : values)
        toInputsB = FloatBuffer(count: isFirst ? 0 : values)
        forEachPart { self.takeMoments($0) }
    }

    // MARK: - Parts

    /// Columns of a part: whole vectors, so many weights that a part is worth a thread.
    private var partWidth: Int {
        var parts = 1
        while parts < 8, inputs * outputs / (2 * parts) >= 20_000 { parts *= 2 }
        return max((outputs + parts - 1) / parts + 7, 8) / 8 * 8
    }

    private func forEachPart(_ body: @Sendable (Range<Int>) -> Void) {
        Parallel.forEachRange(of: outputs, grain: partWidth, body)
    }

    // MARK: - Moments of weights

    private func takeMoments(_ columns: Range<Int>) {
        let at = columns.lowerBound
        support.withUnsafeBufferPointer { support in
            logPrior.withUnsafeBufferPointer { logPrior in
                let family =
                    switch layer.family {
                    case .gaussian: RNV_WEIGHTS_GAUSSIAN
                    case .binary: RNV_WEIGHTS_BINARY
                    case .categorical: RNV_WEIGHTS_CATEGORICAL
                    }
                var weights = rnv_expectation_weights_t(
                    family: Int32(family), prior_variance: layer.priorVariance,
                    share: share, values: support.baseAddress, log_prior: logPrior.baseAddress,
                    value_count: support.count)
                rnv_expectation_moments(
                    &weights, inputs, columns.count, outputs, prior.pointer + at,
                    precision.pointer + at, linear.pointer + at, mean.pointer + at,
                    variance.pointer + at, squares.pointer + at)
            }
        }
        var biases = rnv_expectation_weights_t(
            family: Int32(RNV_WEIGHTS_GAUSSIAN), prior_variance: layer.biasPriorVariance,
            share: share, values: nil, log_prior: nil, value_count: 0)
        rnv_expectation_moments(
            &biases, 1, columns.count, outputs, biasPrior.pointer + at, biasPrecision.pointer + at,
            biasLinear.pointer + at, biasMean.pointer + at, biasVariance.pointer + at, nil)
        let left = 1 / layer.varianceDiscount
        for i in columns {
            biasSpread.pointer[i] = biasVariance.pointer[i] * left + layer.noise
        }
    }

    // MARK: - Forward

    /// Potentials, and moments of what the neurons hand on.
    ///
    /// - Parameter inputVariance: null where inputs are known.
    func forward(
        _ mean: UnsafePointer<Float>, _ inputVariance: UnsafePointer<Float>?, count: Int
    ) {
        inputMean = mean
        rnv_expectation_inputs(
            layer.scale, layer.varianceDiscount, count * inputs, mean, inputVariance, a.pointer,
            aSquared.pointer, own.pointer, aSpread.pointer)
        let isUncertain = inputVariance != nil
        forEachPart { self.forward($0, count: count, isUncertain: isUncertain) }
    }

    private func forward(_ columns: Range<Int>, count: Int, isUncertain: Bool) {
        let at = columns.lowerBound
        for row in 0..<count {
            let place = row * outputs + at
            (omega.pointer + place).update(from: biasMean.pointer + at, count: columns.count)
            (spread.pointer + place).update(from: biasSpread.pointer + at, count: columns.count)
        }
        func add(_ x: FloatBuffer, _ weights: FloatBuffer, to result: FloatBuffer) {
            MatrixKernel.multiply(
                StridedMatrix(x.pointer, stride: inputs),
                StridedMatrix(weights.pointer + at, stride: outputs), rows: count, inner: inputs,
                columns: columns.count, to: StridedMatrix(result.pointer + at, stride: outputs),
                keeping: 1)
        }
        add(a, mean, to: omega)
        add(aSpread, variance, to: spread)
        if isUncertain { add(own, squares, to: spread) }
        guard !isLast else { return }
        for row in 0..<count {
            let place = row * outputs + at
            rnv_expectation_activate(
                layer.activation.kernel, columns.count, omega.pointer + place,
                spread.pointer + place, outMean.pointer + place, outVariance.pointer + place)
        }
    }

    // MARK: - Backward

    /// Messages to the inputs, and what they tell of the potentials of the layer below.
    func descend(to below: SweepLayer, count: Int) {
        // Few weights: the whole layer on one thread; many: parts of the inputs.
        let grain = max(64, 40_000 / max(outputs * count, 1) * 8)
        Parallel.forEachRange(of: inputs, grain: grain) { rows in
            self.descend(rows, to: below, count: count)
        }
    }

    private func descend(_ rows: Range<Int>, to below: SweepLayer, count: Int) {
        let at = rows.lowerBound
        func product(_ x: FloatBuffer, _ weights: FloatBuffer, to result: FloatBuffer) {
            MatrixKernel.multiply(
                StridedMatrix(x.pointer, stride: outputs),
                StridedMatrix(weights.pointer + at * outputs, stride: outputs, isTransposed: true),
                rows: count, inner: outputs, columns: rows.count,
                to: StridedMatrix(result.pointer + at, stride: inputs))
        }
        product(curvature, squares, to: toInputsA)
        product(slope, mean, to: toInputsB)
        for row in 0..<count {
            let place = row * inputs + at
            rnv_expectation_descend(
                below.layer.activation.kernel, layer.scale, rows.count,
                below.omega.pointer + place, below.spread.pointer + place,
                below.outMean.pointer + place, toInputsA.pointer + place,
                toInputsB.pointer + place, below.slope.pointer + place,
                below.curvature.pointer + place)
        }
    }

    /// Totals after a batch, and the moments of weights that follow.
    func update(keep: Float, gain: Float, count: Int) {
        if gain == 1 {
            scaledSlope.pointer.update(from: slope.pointer, count: count * outputs)
        } else {
            for index in 0..<count * outputs {
                scaledSlope.pointer[index] = gain * slope.pointer[index]
            }
        }
        forEachPart { columns in
            self.update(columns, keep: keep, gain: gain, count: count)
            self.takeMoments(columns)
        }
    }

    private func update(_ columns: Range<Int>, keep: Float, gain: Float, count: Int) {
        let at = columns.lowerBound, width = columns.count
        if isExact {
            rnv_expectation_divide(
                keep, gain, count, inputs, width, outputs, a.pointer, slope.pointer + at,
                curvature.pointer + at, mean.pointer + at, variance.pointer + at,
                precision.pointer + at, linear.pointer + at)
        } else {
            func product(
                _ x: FloatBuffer, _ moments: FloatBuffer, to result: FloatBuffer, keeping: Float
            ) {
                MatrixKernel.multiply(
                    StridedMatrix(x.pointer, stride: inputs, isTransposed: true),
                    StridedMatrix(moments.pointer + at, stride: outputs), rows: inputs,
                    inner: count, columns: width,
                    to: StridedMatrix(result.pointer + at, stride: outputs), keeping: keeping)
            }
            product(aSquared, curvature, to: sums, keeping: 0)
            product(a, scaledSlope, to: linear, keeping: keep)
            rnv_expectation_relax(
                keep, gain, inputs, width, outputs, sums.pointer + at, outputs, mean.pointer + at,
                precision.pointer + at, linear.pointer + at)
        }
        // A bias is a weight whose input is 1.
        let ones = FloatBuffer(count: count)
        ones.pointer.update(repeating: 1, count: count)
        rnv_expectation_divide(
            keep, gain, count, 1, width, outputs, ones.pointer, slope.pointer + at,
            curvature.pointer + at, biasMean.pointer + at, biasVariance.pointer + at,
            biasPrecision.pointer + at, biasLinear.pointer + at)
        withExtendedLifetime(ones) {}
    }

    // MARK: - Results

    private func tensor(_ buffer: FloatBuffer, _ shape: [Int]) -> Tensor {
        Tensor(denseShape: shape) {
            _ = $0.update(
                fromContentsOf: UnsafeBufferPointer(start: buffer.pointer, count: buffer.count))
        }
    }

    /// Moments of the weights with the share of the totals that the layer was made with.
    var weightMoments: (mean: Tensor, variance: Tensor) {
        (tensor(mean, layer.prior.shape), tensor(variance, layer.prior.shape))
    }

    /// Copies the totals.
    func write(to layer: inout DenseLayer) {
        layer.precision = tensor(precision, layer.precision.shape)
        layer.linear = tensor(linear, layer.linear.shape)
        layer.biasPrecision = tensor(biasPrecision, layer.biasPrecision.shape)
        layer.biasLinear = tensor(biasLinear, layer.biasLinear.shape)
    }

    /// Whether all totals are numbers.
    var isFinite: Bool {
        [precision, linear, biasPrecision, biasLinear].allSatisfy { buffer in
            UnsafeBufferPointer(start: buffer.pointer, count: buffer.count).allSatisfy(\.isFinite)
        }
    }
}

extension HiddenActivation {
    /// The number that kernels know it by.
    var kernel: Int32 {
        switch self {
        case .spike: Int32(RNV_ACTIVATION_SPIKE)
        case .signedSpike: Int32(RNV_ACTIVATION_SIGNED)
        case .rectified: Int32(RNV_ACTIVATION_RECTIFIED)
        }
    }
}
