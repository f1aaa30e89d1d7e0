import Foundation
import Ranvier
import RanvierAlignment
import RanvierConfiguration
import RanvierData
import RanvierFormats
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierSurrogate
import RanvierTensors

/// A network of one seed under all drifts, by all rules.
struct AdaptationWork {
    /// A way to go on.
    enum Way: String, Codable, CaseIterable, Sendable {
        case inputs = "inputs, no labels"
        case delta, fa, dfa, sal
        case inputsAndDelta = "inputs + delta"
        case inputsAndFA = "inputs + fa"
        case inputsAndSAL = "inputs + sal"
        case backpropagation = "fine-tuning by BP"

        /// Word for the rule; nil for none.
        var rule: String? {
            switch self {
            case .inputs, .backpropagation: nil
            case .delta, .inputsAndDelta: "delta"
            case .fa, .inputsAndFA: "fa"
            case .dfa: "dfa"
            case .sal, .inputsAndSAL: "sal"
            }
        }

        var followsInputs: Bool {
            [.inputs, .inputsAndDelta, .inputsAndFA, .inputsAndSAL].contains(self)
        }
    }

    /// Shares of right answers.
    struct Outcome: Codable, Sendable {
        var way: Way
        /// Place in the list of drifts.
        var drift: Int
        var clean: Double
        var drifted: Double
        var after: Double
        /// On old samples, whose inputs are followed where the way does that.
        var old: Double
        var rollbacks: Int
    }

    /// After all drifts in a row: accuracy on each, and on samples without drift.
    struct Row: Codable, Sendable {
        var way: Way
        /// Right after each drift was learned.
        var first: [Double]
        /// At the end.
        var last: [Double]
        var old: Double
    }

    /// All of a seed.
    struct Seed: Codable, Sendable {
        var outcomes: [Outcome]
        var rows: [Row]
    }

    /// What is chosen on validation samples of other seeds.
    struct Choice: Codable, Sendable, Hashable {
        var rate: Double
        var decay: Double
    }

    /// Where an adaptation learns and is judged.
    private struct Samples {
        var stream: Dataset
        var judged: Dataset
    }

    let setting: AdaptationSetting
    let seed: UInt64
    let context: StudyContext
    private let registry = Registry.standard
    private let training: Dataset
    private let reference: InputReference
    private let model: ClockedModel
    private let samples: Samples
    private let channels: Int

    /// Old samples that are taught in between, and passes over the new ones.
    static let rehearsal = 32, passes = 2
    /// Rates and decays that are tried.
    static let rates: [String: [Double]] = [
        "delta": [0.02, 0.1, 0.5], "fa": [0.01, 0.05, 0.2], "dfa": [0.01, 0.05, 0.2],
        "sal": [0.01, 0.05, 0.2],
    ]
    static let decays = [0.0, 1e-3]

    /// - Parameter isChoice: whether samples held out of the training stand for those of the test.
    init(
        _ setting: AdaptationSetting, _ parts: AdaptationSetting.Parts, seed: UInt64,
        isChoice: Bool, context: StudyContext
    ) throws {
        self.setting = setting
        self.seed = seed
        self.context = context
        let (own, held) = try parts.training.split(validationFraction: 0.25, seed: seed)
        training = own
        channels = own.featureShape.last ?? 1
        reference = try InputReference(
            of: own, channels: channels, source: "the training samples")
        let (stream, judged) = try (isChoice ? held : parts.test)
            .split(validationFraction: 0.5, seed: seed)
        samples = Samples(stream: stream, judged: judged)
        // Pixels at the border hardly change, and to divide by their deviations would make each drift a flood.
        let scaled =
            setting.rows == 1
            ? own : try Scaling(fitting: own, kind: .standard, scope: .perChannel)(own)
        var method = SurrogateGradient(
            try setting.network(for: scaled, seed: seed), optimizer: Adam(learningRate: 4e-3),
            schedule: .cosine(), batchSizes: 32, seed: seed)
        try Course(epochs: setting.epochs).run(
            &method, on: scaled, observer: StoppingObserver(context.events))
        model = method.clockedModel
    }

    // MARK: - Ways

    /// Rules that are there, by their ways.
    static func ways(in registry: Registry) -> [Way] {
        let known = registry.names(LocalRuleRole.self)
        return Way.allCases.filter { way in way.rule.map(known.contains) ?? true }
    }

    func seedOutcome(_ choices: [Way: Choice], _ heard: (String) throws -> Void) throws -> Seed {
        var result = Seed(outcomes: [], rows: [])
        for way in Self.ways(in: registry) {
            try heard(way.rawValue)
            for drift in setting.drifts.indices {
                result.outcomes.append(try outcome(way, drift: drift, choices[way]))
            }
            result.rows.append(try row(way, choices[way]))
        }
        return result
    }

    /// What a way gains on new samples less what it loses on old ones, over all drifts: by which options are chosen.
    func merit(_ way: Way, _ choice: Choice) throws -> Double {
        try setting.drifts.indices.reduce(0) { sum, drift in
            let own = try outcome(way, drift: drift, choice)
            return sum + own.after - max(own.clean - own.old - 0.02, 0)
        }
    }

    private func accuracy(_ model: ClockedModel, _ data: Dataset) throws -> Double {
        try model.evaluate(on: data, counts: false, intervals: false).accuracy
    }

    /// As a device goes on: inputs that are followed are followed on, from where they are.
    private func accuracy(
        _ model: ClockedModel, following follower: InputFollower?, _ data: Dataset
    ) throws -> Double {
        guard var follower else { return try accuracy(model, data) }
        return try accuracy(model, follower.following(data))
    }

    private func drifted(_ data: Dataset, _ drift: Int) throws -> Dataset {
        try setting.drifts[drift](data, channels: channels)
    }

    private func outcome(_ way: Way, drift: Int, _ choice: Choice?) throws -> Outcome {
        let new = try drifted(samples.judged, drift)
        let step = try goneOn(model, way, drifted(samples.stream, drift), choice)
        return Outcome(
            way: way, drift: drift, clean: try accuracy(model, samples.judged),
            drifted: try accuracy(model, new),
            after: try accuracy(step.model, following: step.follower, new),
            old: try accuracy(step.model, following: step.follower, samples.judged),
            rollbacks: step.rollbacks)
    }

    private func row(_ way: Way, _ choice: Choice?) throws -> Row {
        var model = self.model, follower: InputFollower?, first: [Double] = []
        for drift in setting.drifts.indices {
            let step = try goneOn(model, way, drifted(samples.stream, drift), choice)
            (model, follower) = (step.model, step.follower)
            first.append(
                try accuracy(model, following: follower, drifted(samples.judged, drift)))
        }
        return Row(
            way: way, first: first,
            last: try setting.drifts.indices.map {
                try accuracy(model, following: follower, drifted(samples.judged, $0))
            }, old: try accuracy(model, following: follower, samples.judged))
    }

    private func goneOn(
        _ model: ClockedModel, _ way: Way, _ stream: Dataset, _ choice: Choice?
    ) throws -> (model: ClockedModel, follower: InputFollower?, rollbacks: Int) {
        try context.events.cancellation.check()
        if way == .backpropagation { return (try tuned(model, stream), nil, 0) }
        var options = Adaptation()
        options.followsInputs = way.followsInputs
        var data = AdaptationData(stream: stream, reference: reference)
        var rule: (any LocalRule)?
        if let word = way.rule {
            rule = try Element(word, .section([])).value(
                of: LocalRuleRole.self, in: registry, at: "the study")
            options.passes = Self.passes
            if let choice { (options.rate, options.decay) = (choice.rate, choice.decay) }
            // Old samples that nothing is judged by: some to be taught, others to look at.
            let old = training.sample(Self.rehearsal + 120, seed: seed)
            data.rehearsal = old.subset(
                Array(0..<old.count).filter { $0 % 5 == 0 }.prefix(Self.rehearsal).map { $0 })
            data.old = old.subset(Array(0..<old.count).filter { $0 % 5 != 0 })
        }
        let outcome = try options.adapt(
            model, by: rule, to: data, seed: seed, registry: registry, events: context.events)
        guard let own = outcome.unfollowed as? ClockedModel else {
            preconditionFailure("a clocked model goes on as one")
        }
        return (own, outcome.follower, outcome.rollbacks.count)
    }

    /// By gradients through all layers, in batches, over and over again: what a computer could do.
    private func tuned(_ model: ClockedModel, _ stream: Dataset) throws -> ClockedModel {
        let copy = try ModelDescription(of: model, method: "").open(
            tensors: model.parameters, in: registry, at: "the model")
        guard let own = copy as? ClockedModel else {
            preconditionFailure("a clocked model is copied as one")
        }
        var method = SurrogateGradient(
            own, optimizer: Adam(learningRate: 1e-3), batchSizes: 16, seed: seed)
        try Course(epochs: setting.tuningEpochs).run(
            &method, on: own.signature.prepared(stream), observer: StoppingObserver(context.events))
        return method.clockedModel
    }
}

/// Stops a training after Ctrl-C.
private struct StoppingObserver: TrainingObserver {
    let events: WorkEvents

    init(_ events: WorkEvents) { self.events = events }

    var shouldStop: Bool { events.cancellation.isRequested }
}
