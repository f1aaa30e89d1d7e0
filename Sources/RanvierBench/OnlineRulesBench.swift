import RanvierAlignment
import RanvierAnalysis
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// `online-rules`: training steps of W5 by backpropagation through time and by rules that go forward in time, and the memory of
/// a step over the length of the sequence.
///
/// Ratios are of processor time, to backpropagation through time of the same length. All take the loss at each step; steps are
/// timed in turns, of which the one counts in which the machine did least besides.
public struct OnlineRulesBench: Workload {
    /// Creates the workload.
    public init() {}

    /// `online-rules`.
    public let name = "online-rules"
    /// What is done.
    public let summary = "training step of W5 by e-prop and OTTT against BPTT, memory over time"

    /// Lengths of sequences whose memory is measured.
    private static let lengths = [50, 100, 200, 400]

    private struct Setting {
        let name: String
        let rule: (any LocalRule)?
    }

    private static let settings = [
        Setting(name: "BPTT", rule: nil),
        Setting(name: "e-prop", rule: EligibilityPropagation()),
        Setting(
            name: "e-prop, random feedback", rule: EligibilityPropagation(feedback: .random)),
        Setting(
            name: "e-prop, readout-filter 0", rule: EligibilityPropagation(readoutFilter: 0)),
        Setting(name: "OTTT", rule: OnlineThroughTime()),
    ]

    /// Runs the steps; `--runs` is the number of timed ones of each rule, 10 if not given.
    public func run(_ request: BenchRequest, events: WorkEvents) throws -> BenchResult {
        let batch = request.batch ?? 256, runs = request.runs ?? 10
        let (spoken, labels) = BenchData.spoken(count: batch)
        let input =
            request.density.map {
                BenchData.events(shape: spoken.shape, density: $0, name: name)
            } ?? spoken
        var parts: [BenchResult.Part] = []
        let timed = try times(input, labels, runs: runs, events: events)
        for (index, setting) in Self.settings.enumerated() {
            parts.append(
                .init(
                    name: "\(setting.name), T = \(input.shape[0])",
                    medianSeconds: timed[index].medianSeconds,
                    cpuSecondsPerStep: timed[index].cpuSecondsPerStep ?? .nan,
                    ratio: index == 0
                        ? nil
                        : (timed[index].cpuSecondsPerStep ?? .nan)
                            / (timed[0].cpuSecondsPerStep ?? .nan)))
        }
        var result = timed[0]
        result.parts = parts
        result.memory = try Self.settings.flatMap { setting in
            try Self.lengths.map { steps in
                try events.cancellation.check()
                events.progress(
                    .init(fraction: 0.9, message: "\(setting.name): memory of \(steps) steps"))
                return BenchResult.Memory(
                    name: setting.name, steps: steps,
                    bytes: try Self.peak(
                        setting, Self.stretched(input, to: steps), labels))
            }
        }
        result.peakResidentBytes = ProcessMemory.peakResidentBytes
        return result
    }

    /// Steps of all rules in turns.
    private func times(
        _ input: Tensor, _ labels: [Int], runs: Int, events: WorkEvents
    ) throws -> [BenchResult] {
        let works = try Self.settings.map { try Work($0.rule, steps: input.shape[0]) }
        var seconds = works.map { _ in [Double]() }, processor = seconds
        let turns = max(1, runs / 2)
        for turn in 0..<turns {
            try events.cancellation.check()
            events.progress(
                .init(
                    fraction: 0.9 * Double(turn) / Double(turns),
                    message: "\(name): turn \(turn + 1)"))
            for (index, work) in works.enumerated() {
                // Training changes how many neurons fire.
                try work.restart()
                let timed = try StepTimer(warmup: turn == 0 ? 2 : 1).time(runs: 2) {
                    try work.step(input, labels)
                }
                seconds[index] += timed.seconds
                processor[index].append(timed.cpuSecondsPerStep)
            }
        }
        return zip(seconds, processor).map { seconds, processor in
            var result = BenchResult(
                workload: name, threads: Parallel.threads, seconds: seconds, batch: labels.count)
            result.cpuSecondsPerStep = processor.min()
            return result
        }
    }

    private static func peak(
        _ setting: Setting, _ input: Tensor, _ labels: [Int]
    ) throws -> Int {
        let work = try Work(setting.rule, steps: input.shape[0])
        // Moments of the optimiser are there from the second step on.
        try work.step(input, labels)
        return try MemoryMeter.measuring { try work.step(input, labels) }.peakBytes
    }

    /// A sequence of another length of the same steps.
    private static func stretched(_ input: Tensor, to steps: Int) -> Tensor {
        let bits = (0..<steps).map { input.step(at: $0 % input.shape[0]) }
        return Tensor.stack(bits).packedAsSpikes
    }

    /// Training of the network of W5 by one rule.
    private final class Work {
        private let start: [String: Tensor]
        private let network: Network
        private var training: ClockedTraining
        private var learner: (any LocalLearner)?

        init(_ rule: (any LocalRule)?, steps: Int) throws {
            network = try RecurrentBench.network()
            start = network.values
            let model = ClockedModel(
                network: network, encoder: .direct(steps: steps, timeStep: network.timeStep),
                loss: .crossEntropyOfEachStep)
            training = ClockedTraining(model, optimizer: Adam(learningRate: 1e-3))
            learner = try rule?.learner(for: model, seed: 0)
        }

        func restart() throws { try network.restore(start) }

        func step(_ input: Tensor, _ labels: [Int]) throws {
            let batch = TrainingBatch(input, targets: .classes(labels, names: []))
            let own = training
            _ = try training.takeStep(batch) { pass in
                guard var learner else { return own.gradientsThroughTime(pass) }
                defer { self.learner = learner }
                return try learner.gradients(pass, of: own)
            }
        }
    }
}
