import CRanvierKernels
import RanvierTensors

/// One forward run of LIF neurons and what its backward pass needs.
struct LIFRun: Sendable {
    let dynamics: LIFDynamics
    /// Kept only where the gradient of the leak needs it.
    let current: Tensor?
    let neuron: rnv_lif_t
    let initial: FloatBuffer?
    let spikes: Tensor
    let membrane: Tensor?
    let finalState: Tensor

    private let shape: [Int]
    private let isConstant: Bool
    private let steps: Int
    private let columns: Int

    /// Neurons per part of the parallel loop: a multiple of the kernels' block of 1024.
    private static let grain = 4096

    init(
        dynamics: LIFDynamics, current: Tensor, leak: Float, threshold: Float,
        initial: FloatBuffer?, keepsMembrane: Bool, keepsCurrent: Bool
    ) {
        let steps = current.shape[0], columns = current.shape.dropFirst().reduce(1, *)
        precondition(
            initial == nil || initial?.count == columns,
            "a state of \(initial?.count ?? 0) numbers does not fit \(columns) neurons")
        let neuron = dynamics.kernelForm(leak: leak, threshold: threshold)
        let source = current.stepBuffer
        let bits = SpikeBits(rows: steps, bitsPerRow: columns)
        let kept = keepsMembrane ? FloatBuffer(count: steps * columns) : nil
        let final = FloatBuffer(count: columns)
        Parallel.forEachRange(of: columns, grain: Self.grain) { range in
            withUnsafePointer(to: neuron) { neuron in
                rnv_lif_forward(
                    neuron, steps, columns, range.lowerBound, range.upperBound,
                    source.buffer.pointer, source.stride, initial?.pointer, bits.words,
                    bits.wordsPerRow, kept?.pointer, final.pointer)
            }
        }
        self.dynamics = dynamics
        self.current =
            keepsCurrent && dynamics.inputScale == .oneMinusLeak ? current : nil
        shape = current.shape
        isConstant = current.storageKind == .constantInTime
        self.neuron = neuron
        self.initial = initial
        self.steps = steps
        self.columns = columns
        spikes = Tensor(shape: current.shape, spikes: bits)
        membrane = kept.map { Tensor(shape: current.shape, dense: $0) }
        finalState = Tensor(shape: Array(current.shape.dropFirst()), dense: final)
    }

    /// Gradients of the current, the leak, the threshold and, if there is one, the initial state.
    func pullback(
        spikes upstream: Tensor?, state: Tensor?, membrane: Tensor?, wantsParameters: Bool
    )
        -> [Tensor?]
    {
        guard let kept = self.membrane?.denseBuffer, let bits = spikes.spikeBits else {
            preconditionFailure("the run kept no membrane")
        }
        let result = FloatBuffer(count: isConstant ? columns : steps * columns)
        let initialGradient = initial.map { _ in FloatBuffer(count: columns) }
        let fromSpikes = upstream?.stepBuffer, fromMembrane = membrane?.stepBuffer
        let fromState = state?.denseBuffer
        let slope = customSlope?.denseBuffer
        let input = current?.stepBuffer
        let parts = (columns + Self.grain - 1) / Self.grain
        let sums = ParameterSums(parts: wantsParameters ? parts : 0)
        Parallel.forEachRange(of: columns, grain: Self.grain) { range in
            var pass = rnv_lif_backward_t()
            pass.upstream = fromSpikes.map { UnsafePointer($0.buffer.pointer) }
            pass.upstream_stride = fromSpikes?.stride ?? 0
            pass.membrane_upstream = fromMembrane.map { UnsafePointer($0.buffer.pointer) }
            pass.membrane_upstream_stride = fromMembrane?.stride ?? 0
            pass.membrane = UnsafePointer(kept.pointer)
            pass.words = UnsafePointer(bits.words)
            pass.words_per_row = bits.wordsPerRow
            pass.initial = initial.map { UnsafePointer($0.pointer) }
            pass.derivative = slope.map { UnsafePointer($0.pointer) }
            if case .kernel(let surrogate) = dynamics.surrogate.form { pass.surrogate = surrogate }
            pass.current = input.map { UnsafePointer($0.buffer.pointer) }
            pass.current_stride = input?.stride ?? 0
            pass.leak_target = dynamics.leakTarget == .reset ? neuron.reset_potential : 0
            pass.detach_reset = dynamics.detachesReset ? 1 : 0
            pass.sum_over_time = isConstant ? 1 : 0
            pass.current_gradient = result.pointer
            pass.initial_gradient = initialGradient?.pointer
            pass.state_gradient = fromState.map { UnsafePointer($0.pointer) }
            if wantsParameters {
                pass.leak_gradient = sums.leak + range.lowerBound / Self.grain
                pass.threshold_gradient = sums.threshold + range.lowerBound / Self.grain
            }
            withUnsafePointer(to: neuron) { neuron in
                withUnsafePointer(to: pass) { pass in
                    rnv_lif_backward(
                        neuron, steps, columns, range.lowerBound, range.upperBound, pass)
                }
            }
        }
        let stateShape = Array(shape.dropFirst())
        return [
            Tensor(shape: isConstant ? stateShape : shape, dense: result),
            wantsParameters ? Tensor(sums.totalLeak) : nil,
            wantsParameters ? Tensor(sums.totalThreshold) : nil,
            initialGradient.map { Tensor(shape: stateShape, dense: $0) },
        ]
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
    fileprivate func kernelForm(leak: Float, threshold: Float) -> rnv_lif_t {
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

extension Tensor {
    /// Dense memory of a sequence and the distance between its steps: 0 where it is constant in time.
    package var stepBuffer: (buffer: FloatBuffer, stride: Int) {
        if let step = constantStep { return (step.denseBuffer, 0) }
        return (denseBuffer, shape.dropFirst().reduce(1, *))
    }
}
