import CRanvierKernels
import RanvierTensors

/// One forward run of LIF neurons and what its backward pass needs.
struct LIFRun: Sendable {
    let dynamics: LIFDynamics
    /// Kept where the backward pass repeats the membrane from it, or the gradient of the leak needs it.
    let current: Tensor?
    let neuron: rnv_lif_t
    let initial: FloatBuffer?
    /// Whether somebody asks for the gradient of the initial state.
    private let isInitialTracked: Bool
    let spikes: Tensor
    /// Kept where somebody asked for it or it cannot be repeated.
    let membrane: Tensor?
    let finalState: Tensor
    /// States at the beginning of segments, where the membrane is repeated.
    private let checkpoints: FloatBuffer?

    private let isLocalInTime: Bool

    private var scalesInput: Bool { dynamics.inputScale == .oneMinusLeak }
    private let shape: [Int]
    private let isConstant: Bool
    private let steps: Int
    private let columns: Int

    /// Neurons per part of the parallel loop: a multiple of the kernels' block of 1024, and enough parts for
    /// several threads.
    private var grain: Int { columns >= 32768 ? 4096 : 1024 }

    init(
        dynamics: LIFDynamics, current: Tensor, leak: Float, threshold: Float,
        initial state: Tensor?, isTracked: Bool, wantsParameters: Bool, keepsMembrane: Bool,
        isLocalInTime: Bool = false
    ) {
        let initial = state?.detached.denseBuffer
        isInitialTracked = state?.isTracked ?? false
        let steps = current.shape[0], columns = current.shape.dropFirst().reduce(1, *)
        precondition(
            initial == nil || initial?.count == columns,
            "a state of \(initial?.count ?? 0) numbers does not fit \(columns) neurons")
        let neuron = dynamics.kernelForm(leak: leak, threshold: threshold)
        let source = CurrentSource(current)
        let bits = SpikeBits(rows: steps, bitsPerRow: columns)
        let keeps = keepsMembrane || (isTracked && !dynamics.surrogate.isKernel)
        let segments = (steps + Int(RNV_LIF_SEGMENT) - 1) / Int(RNV_LIF_SEGMENT)
        let kept = keeps ? FloatBuffer(count: steps * columns) : nil
        let final = FloatBuffer(count: columns)
        let states = isTracked && !keeps ? FloatBuffer(count: max(segments - 1, 0) * columns) : nil
        checkpoints = states
        self.dynamics = dynamics
        self.isLocalInTime = isLocalInTime
        let scales = dynamics.inputScale == .oneMinusLeak
        self.current = isTracked && (!keeps || (scales && wantsParameters)) ? current : nil
        shape = current.shape
        isConstant = current.storageKind == .constantInTime
        self.neuron = neuron
        self.initial = initial
        self.steps = steps
        self.columns = columns
        spikes = Tensor(shape: current.shape, spikes: bits)
        membrane = kept.map { Tensor(shape: current.shape, dense: $0) }
        finalState = Tensor(shape: Array(current.shape.dropFirst()), dense: final)
        Parallel.forEachRange(of: columns, grain: grain) { range in
            withUnsafePointer(to: neuron) { neuron in
                rnv_lif_forward(
                    neuron, steps, columns, range.lowerBound, range.upperBound,
                    source.buffer.pointer, source.stride, source.map, initial?.pointer, bits.words,
                    bits.wordsPerRow, kept?.pointer, states?.pointer, final.pointer)
            }
        }
    }

    /// Gradients of the current, the leak, the threshold and, if there is one, the initial state.
    func pullback(
        spikes upstream: Tensor?, state: Tensor?, membrane: Tensor?, wantsParameters: Bool
    )
        -> [Tensor?]
    {
        guard let bits = spikes.spikeBits else { preconditionFailure("spikes are bits") }
        let kept = self.membrane?.denseBuffer
        let result = FloatBuffer(count: isConstant ? columns : steps * columns)
        let initialGradient = isInitialTracked ? FloatBuffer(count: columns) : nil
        let upstream = SpikeUpstream(upstream)
        let fromMembrane = membrane?.stepBuffer
        let fromState = state?.denseBuffer
        let slope = customSlope?.denseBuffer
        let input = current.map { CurrentSource($0, mapsLater: !scalesInput || !wantsParameters) }
        let parts = (columns + grain - 1) / grain
        let sums = ParameterSums(parts: wantsParameters ? parts : 0)
        Parallel.forEachRange(of: columns, grain: grain) { range in
            var pass = rnv_lif_backward_t()
            upstream.fill(&pass)
            pass.membrane_upstream = fromMembrane.map { UnsafePointer($0.buffer.pointer) }
            pass.membrane_upstream_stride = fromMembrane?.stride ?? 0
            pass.membrane = kept.map { UnsafePointer($0.pointer) }
            pass.checkpoints = checkpoints.map { UnsafePointer($0.pointer) }
            let scratch = kept == nil ? FloatBuffer(count: Int(RNV_LIF_SCRATCH)) : nil
            pass.scratch = scratch?.pointer
            pass.words = UnsafePointer(bits.words)
            pass.words_per_row = bits.wordsPerRow
            pass.initial = initial.map { UnsafePointer($0.pointer) }
            pass.derivative = slope.map { UnsafePointer($0.pointer) }
            if case .kernel(let surrogate) = dynamics.surrogate.form { pass.surrogate = surrogate }
            pass.current = input.map { UnsafePointer($0.buffer.pointer) }
            pass.current_stride = input?.stride ?? 0
            if let input { pass.map = input.map }
            pass.scales_input = scalesInput ? 1 : 0
            pass.leak_target = dynamics.leakTarget == .reset ? neuron.reset_potential : 0
            pass.detach_reset = dynamics.detachesReset ? 1 : 0
            pass.local_in_time = isLocalInTime ? 1 : 0
            pass.sum_over_time = isConstant ? 1 : 0
            pass.current_gradient = result.pointer
            pass.initial_gradient = initialGradient?.pointer
            pass.state_gradient = fromState.map { UnsafePointer($0.pointer) }
            if wantsParameters {
                pass.leak_gradient = sums.leak + range.lowerBound / grain
                pass.threshold_gradient = sums.threshold + range.lowerBound / grain
            }
            withUnsafePointer(to: neuron) { neuron in
                withUnsafePointer(to: pass) { pass in
                    rnv_lif_backward(
                        neuron, steps, columns, range.lowerBound, range.upperBound, pass)
                }
            }
            withExtendedLifetime(scratch) {}
        }
        let stateShape = Array(shape.dropFirst())
        var gradients: [Tensor?] = [
            Tensor(shape: isConstant ? stateShape : shape, dense: result),
            wantsParameters ? Tensor(sums.totalLeak) : nil,
            wantsParameters ? Tensor(sums.totalThreshold) : nil,
        ]
        if initial != nil {
            gradients.append(initialGradient.map { Tensor(shape: stateShape, dense: $0) })
        }
        return gradients
    }

    /// σ′ of a surrogate that is a closure, over the whole sequence.
    private var customSlope: Tensor? {
        guard case .custom(let derivative) = dynamics.surrogate.form, let membrane else {
            return nil
        }
        return derivative(membrane - neuron.threshold).dense
    }
}

/// Gradients of leak and threshold, one pair per part, added in order.
private final class ParameterSums: @unchecked Sendable {
    let leak: UnsafeMutablePointer<Double>
    let threshold: UnsafeMutablePointer<Double>
    private let parts: Int

    init(parts: Int) {
        self.parts = parts
        leak = .allocate(capacity: max(parts, 1))
        threshold = .allocate(capacity: max(parts, 1))
        leak.initialize(repeating: 0, count: max(parts, 1))
        threshold.initialize(repeating: 0, count: max(parts, 1))
    }

    deinit {
        leak.deallocate()
        threshold.deallocate()
    }

    var totalLeak: Float { Float((0..<parts).reduce(0) { $0 + leak[$1] }) }
    var totalThreshold: Float { Float((0..<parts).reduce(0) { $0 + threshold[$1] }) }
}

extension LIFDynamics {
    func kernelForm(leak: Float, threshold: Float) -> rnv_lif_t {
        var potential: Float = 0
        let kind: Int
        switch reset {
        case .hard(let to):
            potential = to
            kind = RNV_RESET_HARD
        case .soft: kind = RNV_RESET_SOFT
        case .softDelayed: kind = RNV_RESET_SOFT_DELAYED
        }
        return rnv_lif_t(
            leak: leak, input_scale: inputScale == .unit ? 1 : 1 - leak,
            drift: leakTarget == .reset ? (1 - leak) * potential : 0, threshold: threshold,
            reset_potential: potential, reset: Int32(kind), tie_fires: tie == .fires ? 1 : 0)
    }
}

/// The gradient of spikes as the kernels of a backward pass read it: numbers, or the factors of a thin product.
struct SpikeUpstream: @unchecked Sendable {
    private let numbers: (buffer: FloatBuffer, stride: Int)?
    private let thin: ThinProduct?

    init(_ gradient: Tensor?) {
        thin = gradient?.deferredNumbers as? ThinProduct
        numbers = thin == nil ? gradient?.stepBuffer : nil
    }

    /// Valid as long as the gradient.
    func fill(_ pass: inout rnv_lif_backward_t) {
        pass.upstream = numbers.map { UnsafePointer($0.buffer.pointer) }
        pass.upstream_stride = numbers?.stride ?? 0
        if let thin { pass.thin_upstream = thin.kernelForm }
    }
}

/// The input of neurons as their kernel reads it: numbers, or numbers and the linear map of their channels that a
/// normalisation has left to the neurons.
private struct CurrentSource {
    let buffer: FloatBuffer
    let stride: Int
    private let affine: ChannelAffine?

    init(_ current: Tensor, mapsLater: Bool = true) {
        let columns = current.shape.dropFirst().reduce(1, *)
        if mapsLater, let affine = current.deferredNumbers as? ChannelAffine,
            affine.steps == current.shape[0]
        {
            self.affine = affine
            (buffer, stride) = (affine.source, columns)
        } else {
            affine = nil
            (buffer, stride) = current.stepBuffer
        }
    }

    /// Valid as long as the tensor.
    var map: rnv_channel_map_t { affine?.kernelForm ?? rnv_channel_map_t() }
}

extension Tensor {
    /// Dense memory of a sequence and the distance between its steps: 0 where it is constant in time.
    package var stepBuffer: (buffer: FloatBuffer, stride: Int) {
        if let step = constantStep { return (step.denseBuffer, 0) }
        return (denseBuffer, shape.dropFirst().reduce(1, *))
    }
}
