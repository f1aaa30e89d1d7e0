/// An integer network in the middle of a sample: the state of all layers as a value, a copy of which goes on from the same moment.
///
/// The plain form, stage by stage and neuron by neuron, that every faster one is held against.
public struct IntegerRun: Sendable {
    /// The network.
    public let network: IntegerNetwork
    /// Rows that were shown.
    public private(set) var rows = 0
    /// Steps since the beginning.
    public private(set) var steps = 0
    /// The score of each output so far.
    public private(set) var scores: [Int32]
    /// State of each stage.
    public private(set) var states: [IntegerStageState]
    private var encoder: IntegerRowEncoder

    init(_ network: IntegerNetwork) {
        self.network = network
        scores = network.readout.initialScores(
            outputs: network.outputs, steps: network.input.steps)
        states = network.stages.map { IntegerStageState(of: $0) }
        encoder = IntegerRowEncoder(network.input)
    }

    /// Shows a row: as many steps as it takes.
    ///
    /// - Parameters:
    ///   - row: numbers within the range of the input; others are clipped to it, as a device clips them.
    ///   - hears: is told what each stage did at each step.
    public mutating func show(
        _ row: [Int32], hears: ((_ stage: Int, _ step: IntegerStageStep) -> Void)? = nil
    ) {
        precondition(
            row.count == network.input.rowCount, "a row has \(network.input.rowCount) values")
        for shown in encoder.shown(row) { step(shown, hears: hears) }
        rows += 1
    }

    /// Shows one step of what the first layer is shown, past the encoding.
    ///
    /// - Parameter shown: as many numbers as `network.input.shownShape` has.
    /// - Returns: what the last stage puts out.
    @discardableResult
    public mutating func step(
        _ shown: [Int32], hears: ((_ stage: Int, _ step: IntegerStageStep) -> Void)? = nil
    ) -> [Int32] {
        var values = shown
        for (index, stage) in network.stages.enumerated() {
            let step = states[index].step(stage, values)
            hears?(index, step)
            values = step.output
        }
        network.readout.note(values, step: steps, of: network.input.steps, in: &scores)
        steps += 1
        return values
    }

    /// The output with the largest score, the first of equal ones.
    public var answer: Int {
        scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
    }

    /// The largest score less the second largest; 0 with one output.
    public var margin: Int32 {
        guard scores.count > 1 else { return 0 }
        let sorted = scores.sorted(by: >)
        return Int32(clamping: Int64(sorted[0]) - Int64(sorted[1]))
    }
}

extension IntegerNetwork {
    /// Before the first row of a sample.
    public func start() -> IntegerRun { IntegerRun(self) }

    /// The scores of one sample, `rows · values` numbers.
    public func scores(of sample: [Int32]) -> [Int32] {
        let width = input.rowCount
        precondition(
            sample.count == width * input.rows, "a sample has \(input.rows) rows of \(width) values"
        )
        var run = start()
        for row in 0..<input.rows { run.show(Array(sample[row * width..<(row + 1) * width])) }
        return run.scores
    }
}
