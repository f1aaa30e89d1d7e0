/// A network that learns on the device, in the middle of its life: what it has learned, as a value.
///
/// The plain form that C is held against. Samples are shown whole; between them nothing but what was learned is kept.
public struct AdaptiveRun: Sendable {
    /// What is learned.
    public let learning: DeviceLearning
    /// Whether nothing is learned any more; what was learned stays.
    public var isFrozen = false
    /// The scores of the last sample.
    public private(set) var scores: [Int32] = []
    /// Samples that changed weights of the last layer.
    public private(set) var lessons = 0
    private var input: InputAdaptation.Memory?
    private var thresholds: ThresholdAdaptation.Memory?
    /// `[inputs, outputs]` of the last layer.
    public private(set) var deltas: [Int32] = []
    /// Spikes of neurons in the last sample, at most 255: before the last layer, and of the layer whose thresholds move.
    private var counts: [Int32] = []
    private var movingCounts: [Int32] = []

    init(_ learning: DeviceLearning) {
        self.learning = learning
        rollBack()
    }

    /// Forgets all that was learned: the network is what it was in the beginning.
    public mutating func rollBack() {
        let size = learning.lastSize
        deltas = [Int32](repeating: 0, count: size.inputs * size.outputs)
        counts = [Int32](repeating: 0, count: size.inputs)
        movingCounts = [Int32](repeating: 0, count: learning.thresholds?.targets.count ?? 0)
        input = learning.input?.start
        thresholds = learning.thresholds?.start
        lessons = 0
    }

    /// Thresholds of the layer that adapts, as they are now; nil where none does.
    public var movedThresholds: [Int32]? {
        guard let rule = learning.thresholds, let memory = thresholds, let moving = learning.moving,
            case .neurons(let neurons) = learning.network.stages[moving],
            let own = neurons.thresholds
        else { return nil }
        return (0..<neurons.count).map {
            min(
                rule.threshold(own[$0 % neurons.channels], $0, memory), neurons.limits.upperBound)
        }
    }

    /// The output with the largest score of the last sample, the first of equal ones.
    public var answer: Int {
        scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
    }

    /// Shows a sample, `rows · values` numbers. The scores are those of what was learned before; numbers that come in adapt
    /// row by row.
    ///
    /// - Parameter followed: whether numbers go through the adaptation of the input; false for a sample that was stored as the
    ///   network was trained, in C one that is handed to the network itself.
    /// - Returns: the answer.
    @discardableResult
    public mutating func show(_ sample: [Int32], followed: Bool = true) -> Int {
        let network = learning.network, width = network.input.rowCount
        precondition(
            sample.count == width * network.input.rows,
            "a sample has \(network.input.rows) rows of \(width) values")
        var states = network.stages.map { IntegerStageState(of: $0) }
        var encoder = IntegerRowEncoder(network.input)
        let moved = movedThresholds
        scores = network.readout.initialScores(
            outputs: network.outputs, steps: network.input.steps)
        counts = counts.map { _ in 0 }
        movingCounts = movingCounts.map { _ in 0 }
        var step = 0
        for row in 0..<network.input.rows {
            var numbers = Array(sample[row * width..<(row + 1) * width])
            if followed, let rule = learning.input, var memory = input {
                numbers = rule.adapted(
                    numbers, in: network.input.range, memory: &memory, isFrozen: isFrozen)
                input = memory
            }
            for shown in encoder.shown(numbers) {
                var values = shown
                for (index, stage) in network.stages.enumerated() {
                    if index == learning.lastSynapses { count(values, in: \.counts) }
                    let sums = delta(of: values, at: index)
                    values =
                        index == learning.moving
                        ? states[index].step(stage, values, thresholds: moved).output
                        : states[index].step(stage, values).output
                    if index == learning.moving { count(values, in: \.movingCounts) }
                    for (output, sum) in sums.enumerated() { values[output] += sum }
                }
                network.readout.note(values, step: step, of: network.input.steps, in: &scores)
                step += 1
            }
        }
        return answer
    }

    private mutating func count(
        _ spikes: [Int32], in counts: WritableKeyPath<AdaptiveRun, [Int32]>
    ) {
        for (index, spike) in spikes.enumerated() {
            self[keyPath: counts][index] = min(self[keyPath: counts][index] + spike, 255)
        }
    }

    /// What deltas add to the sums of the last layer; nothing elsewhere.
    private func delta(of spikes: [Int32], at stage: Int) -> [Int32] {
        guard stage == learning.lastSynapses else { return [] }
        let outputs = learning.network.outputs, unit = Int32(1) << Int32(learning.unitShift)
        var sums = [Int32](repeating: 0, count: outputs)
        for (index, spike) in spikes.enumerated() where spike != 0 {
            for output in 0..<outputs { sums[output] += deltas[index * outputs + output] * unit }
        }
        return sums
    }

    /// Learns from the last sample.
    ///
    /// - Parameter label: the right output; nil where it is not known, whereupon thresholds alone move.
    public mutating func teach(label: Int? = nil) {
        guard !isFrozen else { return }
        if let rule = learning.thresholds, var memory = thresholds {
            rule.note(movingCounts, in: &memory)
            thresholds = memory
        }
        guard let label, let rule = learning.lastLayer else { return }
        precondition(scores.indices.contains(label), "a label is one of \(scores.count) outputs")
        if rule.learn(label, scores: scores, counts: counts, deltas: &deltas) { lessons += 1 }
    }
}
