/// A network of integers in the middle of a sample on an engine: the state as a value, a copy of which goes on from the same
/// moment.
public struct IntegerEngineRun: Sendable {
    /// The engine.
    public let engine: IntegerEngine
    /// Rows that were shown.
    public private(set) var rows = 0
    var state: IntegerEngineState
    private var encoder: IntegerRowEncoder

    init(_ engine: IntegerEngine) {
        self.engine = engine
        state = IntegerEngineState(engine.program)
        encoder = IntegerRowEncoder(engine.network.input)
    }

    /// Steps since the beginning.
    public var steps: Int { state.steps }
    /// The score of each output so far.
    public var scores: [Int32] { state.scores }

    /// Goes back to before the first row, in the same memory.
    public mutating func restart() {
        makeOwn()
        state.begin()
        encoder = IntegerRowEncoder(engine.network.input)
        rows = 0
    }

    /// Shows a row: as many steps as it takes.
    ///
    /// - Parameters:
    ///   - row: numbers; those outside the range of the input are clipped to it.
    ///   - hears: is told what each stage did at each step.
    public mutating func show(
        _ row: [Int32], hears: ((_ stage: Int, _ step: IntegerStageStep) -> Void)? = nil
    ) {
        let input = engine.network.input
        precondition(row.count == input.rowCount, "a row has \(input.rowCount) values")
        makeOwn()
        switch input.encoding {
        case .numbers(let steps):
            show(step: clipped(row), times: steps, hears: hears)
        case .spikes:
            show(step: row, times: 1, hears: hears)
        case .latency, .rate, .delta, .levelCrossing:
            for shown in encoder.shown(row) { show(step: shown, times: 1, hears: hears) }
        }
        rows += 1
    }

    /// Shows a row and lets membranes be changed after each of its steps: faults, or what an experiment asks for.
    ///
    /// - Parameter change: is given the membranes of each stage of neurons, within the bits of which they stay; nil for as they are.
    public mutating func show(
        _ row: [Int32], changing change: (_ stage: Int, _ membranes: [Int32]) -> [Int32]?
    ) {
        let stages = engine.network.stages.indices.filter {
            if case .neurons = engine.network.stages[$0] { true } else { false }
        }
        let input = engine.network.input
        precondition(row.count == input.rowCount, "a row has \(input.rowCount) values")
        makeOwn()
        for step in encoder.shown(row) {
            state.show(step, times: 1, heard: false)
            for stage in stages {
                guard let changed = change(stage, state.membranes(of: stage)) else { continue }
                state.setMembranes(changed, of: stage)
            }
        }
        rows += 1
    }

    /// Shows all rows of a sample, `rows · values` numbers.
    public mutating func show(sample: [Int32]) {
        let input = engine.network.input, width = input.rowCount
        precondition(
            sample.count == width * input.rows, "a sample has \(input.rows) rows of \(width) values"
        )
        guard input.encoding == .spikes else {
            for row in 0..<input.rows { show(Array(sample[row * width..<(row + 1) * width])) }
            return
        }
        makeOwn()
        state.show(spikes: sample, rows: input.rows)
        rows += input.rows
    }

    /// Shows rows of packed spikes, ``IntegerEngine/wordsPerRow`` words each, bit `i % 64` of word `i / 64` for value i.
    ///
    /// - Precondition: the network takes spikes; bits behind the last value are 0.
    public mutating func show(packed words: [UInt64]) {
        let input = engine.network.input, wordsPerRow = engine.wordsPerRow
        precondition(input.encoding == .spikes, "packed rows are for networks that take spikes")
        precondition(
            words.count % wordsPerRow == 0, "a row of spikes has \(wordsPerRow) words of 64 bits")
        let behind = input.rowCount % 64
        precondition(
            behind == 0
                || stride(from: wordsPerRow - 1, to: words.count, by: wordsPerRow).allSatisfy {
                    words[$0] >> UInt64(behind) == 0
                }, "bits behind the last value of a row must be 0")
        makeOwn()
        state.show(packed: words, rows: words.count / wordsPerRow)
        rows += words.count / wordsPerRow
    }

    /// Shows one step of what the first layer is shown, past the encoding.
    ///
    /// - Parameter shown: as many numbers as `network.input.shownShape` has.
    /// - Returns: what the last stage puts out.
    @discardableResult
    public mutating func step(
        _ shown: [Int32], hears: ((_ stage: Int, _ step: IntegerStageStep) -> Void)? = nil
    ) -> [Int32] {
        let count = engine.network.input.shownShape.reduce(1, *)
        precondition(shown.count == count, "a step shows \(count) values")
        makeOwn()
        show(step: shown, times: 1, hears: hears)
        return state.output(of: engine.network.stages.count - 1)
    }

    private mutating func show(
        step: [Int32], times: Int, hears: ((Int, IntegerStageStep) -> Void)?
    ) {
        guard let hears else {
            state.show(step, times: times, heard: false)
            return
        }
        for _ in 0..<times {
            state.show(step, times: 1, heard: true)
            for stage in engine.network.stages.indices { hears(stage, heardStep(of: stage)) }
        }
    }

    /// What a stage did at the last step, which was heard; also which neurons fired that hand on membranes.
    private func heardStep(of stage: Int) -> IntegerStageStep {
        var step = state.step(of: stage)
        guard case .neurons(let neurons) = engine.network.stages[stage], neurons.givesMembrane,
            let thresholds = neurons.thresholds
        else { return step }
        let isWaiting = neurons.refractorySteps > 0 ? state.waiting(of: stage) : []
        step.spikes = step.membranes.enumerated().map { index, membrane in
            // Only what has just fired waits for all of its steps.
            let fired =
                isWaiting.isEmpty
                ? neurons.fires(membrane, threshold: thresholds[index % neurons.channels])
                : Int(isWaiting[index]) == neurons.refractorySteps
            return fired ? 1 : 0
        }
        return step
    }

    private func clipped(_ row: [Int32]) -> [Int32] {
        let range = engine.network.input.range
        return row.map { min(max($0, range.lowerBound), range.upperBound) }
    }

    private mutating func makeOwn() {
        if !isKnownUniquelyReferenced(&state) { state = IntegerEngineState(copy: state) }
    }

    // MARK: -

    /// What a stage did since the beginning.
    public func counts(of stage: Int) -> IntegerCounts { state.counts(of: stage) }

    /// The output with the largest score, the first of equal ones.
    public var answer: Int {
        let scores = scores
        return scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
    }

    /// The largest score less the second largest; 0 with one output.
    public var margin: Int32 {
        guard scores.count > 1 else { return 0 }
        let sorted = scores.sorted(by: >)
        return Int32(clamping: Int64(sorted[0]) - Int64(sorted[1]))
    }

    /// Membranes of a stage of neurons.
    public func membranes(of stage: Int) -> [Int32] { state.membranes(of: stage) }
}
