import RanvierConfiguration
import RanvierData
import RanvierLearning

/// How a stored model goes on in the middle of its life, on data that have drifted: sample by sample, by what each synapse and
/// sensor can know, with the way back where held-out accuracy falls.
///
///     let outcome = try Adaptation().adapt(
///         model, by: DeltaRule(), to: AdaptationData(stream: new, held: heldNew, old: heldOld), registry: .standard)
///
/// Without a rule, labels are not looked at: inputs follow the sensors (``InputFollower``), and firing rates go back to what they
/// were (``RateHomeostasis``) where that is asked for. A rule teaches each labelled sample once as it comes; errors never go
/// through transposed weights, unless the rule itself says so.
///
///     w ← w − η g − λ (w − w₀),   w₀ the weights as they were stored
///
/// Between two new samples one old one is taught, where old ones are kept: what was learned is not forgotten. Every so many
/// samples, accuracy on held-out samples is looked at; where it is below that of the last good state by more than a tolerance,
/// that state comes back and the step is halved.
public struct Adaptation: Configurable {
    /// Whether inputs follow mean and spread of the sensors.
    public var followsInputs = true
    /// Whether firing rates go back to what they were.
    public var movesThresholds = false
    /// Samples over which running means reach.
    public var window = 64
    /// η, the step of the rule.
    public var rate = 0.05
    /// λ, the share by which weights go back to what they were at each lesson.
    public var decay = 0.0
    /// The probability of the right class from which on a sample teaches nothing; 1 for never.
    public var sureness = 1.0
    /// Passes over the stream.
    public var passes = 1
    /// Samples between two checks.
    public var checkInterval = 50
    /// What may be lost on held-out samples, in parts of 1 (of classes), or as a share of what it was (of values).
    public var tolerance = 0.02

    /// One pass; inputs are followed.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<Adaptation> {
        Field.boolean("inputs", \.followsInputs)
        Field.boolean("thresholds", \.movesThresholds)
        Field.integer("window", \.window, in: 2...1_000_000)
        Field.number("rate", \.rate, in: .positive)
        Field.number("decay", \.decay, in: 0...1)
        Field.number("sureness", \.sureness, in: 0...1)
        Field.integer("passes", \.passes, in: 1...10_000)
        Field.integer("check-interval", \.checkInterval, in: 1...1_000_000)
        Field.number("tolerance", \.tolerance, in: 0...1)
    }

    /// Goes on with a model, which stays as it is; what comes back is another.
    ///
    /// - Parameters:
    ///   - rule: how labelled samples teach; nil for not at all.
    ///   - seed: of what the rule draws, feedback weights for example.
    /// - Throws: ``AlignmentError`` for what the model cannot; `DataError`, `TrainingError` where samples do not fit it;
    ///   `TrainingError.interrupted` where a stop is asked for.
    public func adapt(
        _ model: any SpikingModel, by rule: (any LocalRule)? = nil, to data: AdaptationData,
        seed: UInt64 = 0, registry: Registry, events: WorkEvents = WorkEvents()
    ) throws -> AdaptationOutcome {
        var run = try AdaptationRun(
            self, model: model, rule: rule, data: data, seed: seed, registry: registry,
            events: events)
        return try run.perform()
    }
}
