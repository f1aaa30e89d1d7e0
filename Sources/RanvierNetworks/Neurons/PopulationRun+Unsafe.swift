import CRanvierKernels
import RanvierTensors

/// One forward run of a population and what its backward pass needs.
struct PopulationRun: Sendable {
    let dynamics: PopulationDynamics
    let spikes: Tensor
    let membrane: Tensor?
    let finalState: PopulationState

    let shape: [Int]
    let isConstant: Bool
    let isTracked: Bool
    let isLocalInTime: Bool
    let steps: Int
    let samples: Int
    let perSample: Int
    let channels: Int
    let numbers: PopulationNumbers
    let initial: PopulationState?
    let synapses: FloatBuffer?
    let adaptations: FloatBuffer?
    let free: SpikeBits?
    /// Whether the last spikes of a given state are those that its membranes show.
    let initialShowsSpikes: Bool

    var columns: Int { samples * perSample }
    private var rowShape: [Int] { Array(shape.dropFirst()) }

    init(
        dynamics: PopulationDynamics, current: Tensor, parameters: PopulationParameters,
        initial: PopulationState?, keepsMembrane: Bool, isTracked: Bool,
        isLocalInTime: Bool = false
    ) {
        self.dynamics = dynamics
        shape = current.shape
        isConstant = current.storageKind == .constantInTime
        self.isTracked = isTracked
        self.isLocalInTime = isLocalInTime
        steps = current.shape[0]
        samples = current.shape[1]
        perSample = current.shape.dropFirst(2).reduce(1, *)
        channels = current.shape[current.rank - 1]
        numbers = PopulationNumbers(parameters, channels: channels, perSample: perSample)
        self.initial = initial
        let asksForSpikes =
            numbers.recurrence != nil && numbers.isPlain && dynamics.reset == .softDelayed
        if let initial, asksForSpikes {
            initialShowsSpikes = Self.showsSpikes(initial, numbers.threshold, dynamics.tie)
        } else {
            initialShowsSpikes = true
        }
        let columns = current.shape.dropFirst().reduce(1, *)
        let needsCurrent =
            numbers.hasSynapse
            || (dynamics.inputScale == .oneMinusLeak && parameters.leak.isTracked)
        synapses = isTracked && needsCurrent ? FloatBuffer(count: steps * columns) : nil
        adaptations = isTracked && numbers.adapts ? FloatBuffer(count: steps * columns) : nil
        free =
            isTracked && dynamics.refractorySteps > 0
            ? SpikeBits(rows: steps, bitsPerRow: columns) : nil
        let bits = SpikeBits(rows: steps, bitsPerRow: columns)
        let kept = keepsMembrane ? FloatBuffer(count: steps * columns) : nil
        spikes = Tensor(shape: current.shape, spikes: bits)
        membrane = kept.map { Tensor(shape: current.shape, dense: $0) }
        let state = StateBuffers(
            count: columns, initial: initial, hasSynapse: numbers.hasSynapse,
            adapts: numbers.adapts, waits: dynamics.refractorySteps > 0)
        finalState = state.tensors(shape: Array(current.shape.dropFirst()))
        forward(state, current.stepBuffer)
    }

    private static func showsSpikes(
        _ state: PopulationState, _ threshold: Tensor, _ tie: TieRule
    ) -> Bool {
        let v = state.membrane.detached
        let shown =
            tie == .fires ? v.isGreaterOrEqual(to: threshold) : v.isGreater(than: threshold)
        return (shown - state.last.detached).spikeCount == 0
    }

    // MARK: - Forward

    var record: rnv_population_record_t {
        guard let bits = spikes.spikeBits else { preconditionFailure("spikes are stored as bits") }
        return rnv_population_record_t(
            words: bits.words, free_words: free?.words, words_per_row: bits.wordsPerRow,
            membrane: membrane?.denseBuffer.pointer, synapse: synapses?.pointer,
            adaptation: adaptations?.pointer)
    }

    private func forward(_ state: StateBuffers, _ source: (buffer: FloatBuffer, stride: Int)) {
        if let recurrence = numbers.recurrence {
            forwardRecurrent(state, source, recurrence)
            return
        }
        Parallel.forEachRange(of: columns, grain: 4096) { range in
            numbers.withKernelForm(dynamics) { form in
                var buffers = state.kernelForm, record = record
                rnv_population_forward(
                    form, 0, steps, columns, range.lowerBound, range.upperBound,
                    source.buffer.pointer, source.stride, &buffers, &record)
            }
        }
    }

    // MARK: - Backward

    /// Gradients of the current, the parameters and the initial state, as far as there are any.
    func pullback(spikes upstream: Tensor?, state: [Tensor?], membrane: Tensor?) -> [Tensor?] {
        let sums = PopulationSums(numbers, columns: columns)
        let carry = StateBuffers(
            count: columns, gradients: state, hasSynapse: numbers.hasSynapse,
            adapts: numbers.adapts)
        let sumsOverTime = isConstant && numbers.recurrence == nil
        let toCurrent = FloatBuffer(count: sumsOverTime ? columns : steps * columns)
        let isPlain = isPlain && membrane == nil && !isLocalInTime
        let fromSpikes = isPlain ? nil : upstream?.stepBuffer, fromMembrane = membrane?.stepBuffer
        let slope = customSlope?.denseBuffer
        let start = initial.map { StateBuffers(reading: $0) }
        let pass = { @Sendable () -> rnv_population_backward_t in
            var pass = rnv_population_backward_t()
            pass.record = record
            if let start { pass.initial = start.kernelForm }
            pass.upstream = fromSpikes.map { UnsafePointer($0.buffer.pointer) }
            pass.upstream_stride = fromSpikes?.stride ?? 0
            pass.membrane_upstream = fromMembrane.map { UnsafePointer($0.buffer.pointer) }
            pass.membrane_upstream_stride = fromMembrane?.stride ?? 0
            pass.derivative = slope.map { UnsafePointer($0.pointer) }
            if case .kernel(let surrogate) = dynamics.surrogate.form { pass.surrogate = surrogate }
            pass.detach_reset = dynamics.detachesReset ? 1 : 0
            pass.local_in_time = isLocalInTime ? 1 : 0
            pass.sum_over_time = sumsOverTime ? 1 : 0
            pass.current_gradient = toCurrent.pointer
            pass.carry = carry.kernelForm
            sums.fill(&pass)
            return pass
        }
        if let recurrence = numbers.recurrence {
            if isPlain {
                backwardPlain(toCurrent, carry, recurrence.transposed(), upstream)
            } else {
                backwardRecurrent(pass, toCurrent, carry, recurrence.transposed().denseBuffer)
            }
        } else {
            Parallel.forEachRange(of: columns, grain: 4096) { range in
                numbers.withKernelForm(dynamics) { form in
                    var pass = pass()
                    rnv_population_backward(
                        form, 0, steps, columns, range.lowerBound, range.upperBound, &pass)
                }
            }
        }
        let gradient = Tensor(shape: sumsOverTime ? rowShape : shape, dense: toCurrent)
        return [gradient] + parameterGradients(sums, gradient)
            + (initial == nil ? [] : carry.gradients(shape: rowShape, like: finalState))
    }

    private func parameterGradients(_ sums: PopulationSums, _ toCurrent: Tensor) -> [Tensor?] {
        func total(_ buffer: FloatBuffer?, perChannel: Bool) -> Tensor? {
            guard let buffer else { return nil }
            guard perChannel else { return Tensor(shape: [columns], dense: buffer).sum() }
            return Tensor(shape: [columns / channels, channels], dense: buffer).sum(axes: [0])
        }
        var gradients: [Tensor?] = [
            total(sums.leak, perChannel: numbers.leakPerChannel),
            total(sums.threshold, perChannel: numbers.thresholdPerChannel),
        ]
        if numbers.hasSynapse { gradients.append(total(sums.synapticLeak, perChannel: false)) }
        if numbers.adapts {
            gradients.append(total(sums.adaptationLeak, perChannel: false))
            gradients.append(total(sums.adaptationStrength, perChannel: false))
        }
        if numbers.coupling != nil {
            gradients.append(total(sums.coupling, perChannel: numbers.couplingPerChannel))
        }
        if numbers.recurrence != nil {
            gradients.append(numbers.wantsRecurrence ? recurrenceGradient(toCurrent) : nil)
        }
        if numbers.hasMembraneStep { gradients.append(total(sums.membraneStep, perChannel: false)) }
        return gradients
    }

    /// σ′ of a surrogate that is a closure, over the whole sequence.
    private var customSlope: Tensor? {
        guard case .custom(let derivative) = dynamics.surrogate.form, let membrane else {
            return nil
        }
        var distance = membrane - numbers.threshold
        if let adaptations {
            distance =
                distance - Tensor(shape: shape, dense: adaptations) * numbers.strength
        }
        return derivative(distance).dense
    }
}
