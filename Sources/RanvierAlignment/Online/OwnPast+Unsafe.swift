import CRanvierKernels
import RanvierNetworks
import RanvierTensors

/// The way back of errors through the own past of neurons, without that of others, over a chunk of steps.
///
///     G[t] = L[t] + κ G[t+1],   m[t] = ψ[t] (G[t] + g_a[t+1]),   g[t] = α g[t+1] + m[t]
///     ∂/∂I[t] = g[t],           g_a[t] = ρ g_a[t+1] − b m[t]
///
/// Eligibility traces forward in time give the same sums; where the sum over time is cut into chunks, the gradients by the states
/// at the cut say what traces of the past contribute.
struct OwnPast: Sendable {
    let past: TracedNeurons.Past
    /// κ.
    let filter: Float
    /// Membranes less what thresholds have risen by, `[T, B, N]`.
    let margin: Tensor
    /// ψ of a surrogate that is a closure.
    private let derivative: Tensor?

    init(_ past: TracedNeurons.Past, filter: Float, margin: Tensor) {
        self.past = past
        self.filter = filter
        self.margin = margin
        derivative =
            past.surrogate.isKernel
            ? nil : past.surrogate.derivative(at: margin - past.threshold).dense
    }

    /// Gradients at the ends of a chunk, `[B, N]` each: of what the read-out still hears, of traces of membranes, of adaptation.
    struct Ends: Sendable {
        var filtered: Tensor?
        var membrane: Tensor
        var adaptation: Tensor?
    }

    /// What goes back.
    struct Result: Sendable {
        /// By the currents, `[T, B, N]`.
        var current: Tensor
        /// By the currents of the same step alone, `[T, B, N]`.
        var local: Tensor?
        /// By the states before the chunk.
        var before: Ends
    }

    private var rowShape: [Int] { Array(margin.shape.dropFirst()) }

    /// Ends with a number everywhere; by default none comes from later chunks.
    func ends(filtered: Float = 0, membrane: Float = 0, adaptation: Float = 0) -> Ends {
        Ends(
            filtered: Tensor(repeating: filtered, shape: rowShape),
            membrane: Tensor(repeating: membrane, shape: rowShape),
            adaptation: past.adaptation.map { _ in Tensor(repeating: adaptation, shape: rowShape) })
    }

    /// Goes back from the end of a chunk to its beginning.
    ///
    /// - Parameters:
    ///   - upstream: L, `[T, B, N]`; nil for 0.
    ///   - after: gradients of the states behind the chunk.
    ///   - wantsLocal: whether errors of the same step are asked for.
    func back(_ upstream: Tensor?, from after: Ends, wantsLocal: Bool = false) -> Result {
        let steps = margin.shape[0], columns = rowShape.elementCount
        let current = FloatBuffer(count: steps * columns)
        let local = wantsLocal ? FloatBuffer(count: steps * columns) : nil
        func copy(_ tensor: Tensor) -> FloatBuffer {
            let source = tensor.denseBuffer, buffer = FloatBuffer(count: columns)
            buffer.pointer.update(from: source.pointer, count: columns)
            return buffer
        }
        let filtered = after.filtered.map(copy), membrane = copy(after.membrane)
        let adaptation = after.adaptation.map(copy)
        let upstreamBuffer = upstream?.denseBuffer, marginBuffer = margin.denseBuffer
        let slope = derivative?.denseBuffer
        let neuron = rnv_own_past_t(
            leak: past.leak, input_scale: past.inputScale, filter: filter,
            adaptation_leak: past.adaptation?.leak ?? 0,
            adaptation_strength: past.adaptation?.strength ?? 0, threshold: past.threshold)
        let surrogate = past.surrogate
        Parallel.forEachRange(of: columns, grain: 4096) { range in
            var pass = rnv_own_past_pass_t()
            pass.margin = UnsafePointer(marginBuffer.pointer)
            pass.derivative = slope.map { UnsafePointer($0.pointer) }
            if case .kernel(let kernel) = surrogate.form { pass.surrogate = kernel }
            pass.upstream = upstreamBuffer.map { UnsafePointer($0.pointer) }
            pass.current_gradient = current.pointer
            pass.local_gradient = local?.pointer
            pass.filtered = filtered?.pointer
            pass.membrane = membrane.pointer
            pass.adaptation = adaptation?.pointer
            var neuron = neuron
            rnv_own_past_backward(
                &neuron, steps, columns, range.lowerBound, range.upperBound, &pass)
        }
        withExtendedLifetime((upstreamBuffer, marginBuffer, slope)) {}
        return Result(
            current: Tensor(shape: margin.shape, dense: current),
            local: local.map { Tensor(shape: margin.shape, dense: $0) },
            before: Ends(
                filtered: filtered.map { Tensor(shape: rowShape, dense: $0) },
                membrane: Tensor(shape: rowShape, dense: membrane),
                adaptation: adaptation.map { Tensor(shape: rowShape, dense: $0) }))
    }
}
