import CRanvierKernels
import RanvierTensors

/// The numbers of a population as the kernels read them.
struct PopulationNumbers: Sendable {
    let threshold: Tensor
    let thresholdPerChannel: Bool
    let strength: Float
    let hasSynapse: Bool
    let adapts: Bool
    let leakPerChannel: Bool
    let couplingPerChannel: Bool
    let coupling: FloatBuffer?
    let recurrence: Tensor?
    let wantsRecurrence: Bool
    let wantsLeak: Bool
    let wantsThreshold: Bool
    let wantsCoupling: Bool
    let wantsSynapticLeak: Bool
    let wantsAdaptation: Bool
    let wantsMembraneStep: Bool
    private let membraneStep: Float?
    private let leakTarget: Float
    private let leak: FloatBuffer
    private let channels: Int
    private let synapticLeak: Float
    private let adaptationLeak: Float

    init(_ parameters: PopulationParameters, channels: Int, perSample: Int) {
        func check(_ tensor: Tensor, _ name: String) -> Bool {
            precondition(
                tensor.count == 1 || tensor.shape == [channels],
                "\(name) of shape \(tensor.shape) for \(channels) channels")
            return tensor.rank > 0
        }
        self.channels = channels
        leak = parameters.leak.detached.denseBuffer
        leakPerChannel = check(parameters.leak, "a leak")
        threshold = parameters.threshold.detached.dense
        thresholdPerChannel = check(parameters.threshold, "a threshold")
        hasSynapse = parameters.synapticLeak != nil
        synapticLeak = parameters.synapticLeak?.detached.scalar ?? 0
        adapts = parameters.adaptation != nil
        adaptationLeak = parameters.adaptation?.leak.detached.scalar ?? 0
        strength = parameters.adaptation?.strength.detached.scalar ?? 0
        coupling = parameters.coupling?.detached.denseBuffer
        couplingPerChannel = parameters.coupling.map { check($0, "a coupling") } ?? false
        recurrence = parameters.recurrence?.detached
        precondition(
            recurrence == nil || recurrence?.shape == [perSample, perSample],
            "recurrent weights \(recurrence?.shape ?? []) for \(perSample) neurons")
        wantsRecurrence = parameters.recurrence?.isTracked ?? false
        wantsLeak = parameters.leak.isTracked
        wantsThreshold = parameters.threshold.isTracked
        wantsCoupling = parameters.coupling?.isTracked ?? false
        wantsSynapticLeak = parameters.synapticLeak?.isTracked ?? false
        wantsMembraneStep = parameters.membraneStep?.isTracked ?? false
        membraneStep = parameters.membraneStep?.detached.scalars[0]
        leakTarget = parameters.leakTarget
        wantsAdaptation =
            parameters.adaptation.map { $0.leak.isTracked || $0.strength.isTracked } ?? false
    }

    /// Whether the distance of the membranes' levels is a parameter.
    var hasMembraneStep: Bool { membraneStep != nil }

    /// Whether there is nothing but one leak and one threshold, and neither is learned.
    var isPlain: Bool {
        !hasSynapse && !adapts && coupling == nil && !leakPerChannel && !wantsLeak
            && !wantsThreshold && !thresholdPerChannel && leakTarget == 0
    }

    /// The neuron of a plain population.
    func plainForm(_ dynamics: PopulationDynamics) -> rnv_lif_t {
        LIFDynamics(reset: dynamics.reset, tie: dynamics.tie)
            .kernelForm(leak: leak.pointer[0], threshold: threshold.scalar)
    }

    func withKernelForm(
        _ dynamics: PopulationDynamics, _ body: (UnsafePointer<rnv_population_t>) -> Void
    ) {
        var form = rnv_population_t()
        form.channels = channels
        form.leak = UnsafePointer(leak.pointer)
        form.leak_per_channel = leakPerChannel ? 1 : 0
        form.coupling = coupling.map { UnsafePointer($0.pointer) }
        form.coupling_per_channel = couplingPerChannel ? 1 : 0
        form.scales_input = dynamics.inputScale == .oneMinusLeak ? 1 : 0
        form.has_synapse = hasSynapse ? 1 : 0
        form.synaptic_leak = synapticLeak
        form.adapts = adapts ? 1 : 0
        form.adaptation_leak = adaptationLeak
        form.adaptation_strength = strength
        form.refractory = Float(dynamics.refractorySteps)
        let threshold = threshold.denseBuffer
        form.threshold = UnsafePointer(threshold.pointer)
        form.threshold_per_channel = thresholdPerChannel ? 1 : 0
        form.leak_target = leakTarget
        switch dynamics.reset {
        case .hard(let potential):
            form.reset_potential = potential
            form.reset = Int32(RNV_RESET_HARD)
        case .soft: form.reset = Int32(RNV_RESET_SOFT)
        case .softDelayed: form.reset = Int32(RNV_RESET_SOFT_DELAYED)
        }
        form.tie_fires = dynamics.tie == .fires ? 1 : 0
        let levels = fillMembrane(dynamics.membrane, &form)
        levels.withUnsafeBufferPointer { levels in
            form.levels = levels.baseAddress
            form.level_count = levels.count
            withUnsafePointer(to: &form, body)
        }
        withExtendedLifetime(threshold) {}
    }

    /// How membranes are kept; returns levels that are listed.
    private func fillMembrane(
        _ levels: MembraneLevels?, _ form: inout rnv_population_t
    ) -> [Float] {
        form.membrane_rule = Int32(RNV_MEMBRANE_EXACT)
        guard let levels else { return [] }
        guard levels.placement == .uniform else {
            precondition(
                !thresholdPerChannel && membraneStep == nil,
                "levels near the threshold are for one threshold, and follow from it")
            form.membrane_rule = Int32(RNV_MEMBRANE_LISTED)
            return levels.levels(near: threshold.scalar)
        }
        switch levels.rounding {
        case .nearest: form.membrane_rule = Int32(RNV_MEMBRANE_NEAREST)
        case .up: form.membrane_rule = Int32(RNV_MEMBRANE_UP)
        case .towardsZero: form.membrane_rule = Int32(RNV_MEMBRANE_TOWARDS_ZERO)
        }
        precondition(
            membraneStep != nil || !levels.sharesStep,
            "membranes share the step of the weights before them, which have none")
        form.membrane_step = membraneStep ?? levels.uniformStep
        form.membrane_limit = levels.largestCode
        return []
    }
}

/// Memory for the state of all neurons, or for its gradient.
struct StateBuffers: Sendable {
    let membrane: FloatBuffer
    let last: FloatBuffer
    let synapse: FloatBuffer?
    let adaptation: FloatBuffer?
    let waiting: FloatBuffer?

    /// Memory that starts from a state, or from rest.
    init(count: Int, initial: PopulationState?, hasSynapse: Bool, adapts: Bool, waits: Bool) {
        func start(_ tensor: Tensor?) -> FloatBuffer { FloatBuffer(copying: tensor, count: count) }
        membrane = start(initial?.membrane)
        last = start(initial?.last)
        synapse = hasSynapse ? start(initial?.synapse) : nil
        adaptation = adapts ? start(initial?.adaptation) : nil
        waiting = waits ? start(initial?.waiting) : nil
    }

    /// Memory that starts from the gradients of a final state, in the order of `PopulationState.all`.
    init(count: Int, gradients: [Tensor?], hasSynapse: Bool, adapts: Bool) {
        var rest = gradients.makeIterator()
        func next() -> FloatBuffer { FloatBuffer(copying: rest.next() ?? nil, count: count) }
        membrane = next()
        last = next()
        synapse = hasSynapse ? next() : nil
        adaptation = adapts ? next() : nil
        waiting = nil
    }

    /// The memory of a state, to be read only.
    init(reading state: PopulationState) {
        membrane = state.membrane.detached.denseBuffer
        last = state.last.detached.denseBuffer
        synapse = state.synapse?.detached.denseBuffer
        adaptation = state.adaptation?.detached.denseBuffer
        waiting = nil
    }

    var kernelForm: rnv_population_state_t {
        rnv_population_state_t(
            membrane: membrane.pointer, last: last.pointer, synapse: synapse?.pointer,
            adaptation: adaptation?.pointer, waiting: waiting?.pointer)
    }

    func tensors(shape: [Int]) -> PopulationState {
        PopulationState(
            membrane: Tensor(shape: shape, dense: membrane),
            last: Tensor(shape: shape, dense: last),
            synapse: synapse.map { Tensor(shape: shape, dense: $0) },
            adaptation: adaptation.map { Tensor(shape: shape, dense: $0) },
            waiting: waiting.map { Tensor(shape: shape, dense: $0) })
    }

    /// Gradients in the order of `PopulationState.all`; none for the time to wait.
    func gradients(shape: [Int], like state: PopulationState) -> [Tensor?] {
        [membrane, last, synapse, adaptation].compactMap { $0 }
            .map { Tensor(shape: shape, dense: $0) } + (state.waiting == nil ? [] : [nil])
    }
}

/// Gradients of parameters, one number per neuron, summed over time.
struct PopulationSums: Sendable {
    let leak: FloatBuffer?
    let threshold: FloatBuffer?
    let coupling: FloatBuffer?
    let synapticLeak: FloatBuffer?
    let adaptationLeak: FloatBuffer?
    let adaptationStrength: FloatBuffer?
    let membraneStep: FloatBuffer?

    init(_ numbers: PopulationNumbers, columns: Int) {
        func zeros(_ isWanted: Bool) -> FloatBuffer? {
            isWanted ? FloatBuffer(copying: nil, count: columns) : nil
        }
        leak = zeros(numbers.wantsLeak)
        threshold = zeros(numbers.wantsThreshold)
        coupling = zeros(numbers.wantsCoupling)
        synapticLeak = zeros(numbers.wantsSynapticLeak)
        adaptationLeak = zeros(numbers.wantsAdaptation)
        adaptationStrength = zeros(numbers.wantsAdaptation)
        membraneStep = zeros(numbers.wantsMembraneStep)
    }

    func fill(_ pass: inout rnv_population_backward_t) {
        pass.leak_sums = leak?.pointer
        pass.threshold_sums = threshold?.pointer
        pass.coupling_sums = coupling?.pointer
        pass.synaptic_leak_sums = synapticLeak?.pointer
        pass.adaptation_leak_sums = adaptationLeak?.pointer
        pass.adaptation_strength_sums = adaptationStrength?.pointer
        pass.membrane_step_sums = membraneStep?.pointer
    }
}

extension FloatBuffer {
    /// A copy of a tensor's numbers, or zeros.
    convenience init(copying tensor: Tensor?, count: Int) {
        self.init(count: count)
        guard let tensor else {
            pointer.update(repeating: 0, count: count)
            return
        }
        precondition(tensor.count == count, "a state of \(tensor.count) numbers, not \(count)")
        let source = tensor.detached.denseBuffer
        pointer.update(from: source.pointer, count: count)
    }

    /// A copy of a part of another buffer.
    convenience init(copying other: FloatBuffer, _ range: Range<Int>) {
        self.init(count: range.count)
        pointer.update(from: other.pointer + range.lowerBound, count: range.count)
    }
}
