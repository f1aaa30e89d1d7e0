import RanvierConfiguration
import RanvierLearning
import RanvierNetworks

/// `score`: finds a subnetwork of a network that is never trained, by scores of its connections; with binary weights a multi-prize
/// ticket.
///
/// Weights are drawn anew and frozen; biases and normalisation learn. See ``SubnetworkScores``.
public struct ScorePhase: CompressionPhase {
    /// Among which scores the largest are sought.
    public enum Scope: String, Sendable, Hashable, CaseIterable {
        /// Those of each layer.
        case layerWise = "layer-wise"
        /// Those of all layers together.
        case global
    }

    /// `score`.
    public static let kind = "score"
    /// Share of the connections that is kept.
    public var keep = 0.5
    /// What is seen of the weights that are kept.
    public var weights = SubnetworkScores.Gain.real
    /// How a gradient reaches the scores.
    public var rule = SubnetworkScores.Rule.weights
    /// Among which scores the largest are sought.
    public var scope = Scope.layerWise
    /// What weights are drawn from.
    public var initialization = SubnetworkInitialization.Weights.signedConstant
    /// Whether weights are divided by √k.
    public var isScaled = false
    /// Epochs over which a global share below one half is reached.
    public var warmUp = 10
    /// Epochs and learning rate.
    public var training = PhaseTraining()

    /// Half of the connections, real weights.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<ScorePhase> {
        Field.number("keep", \.keep, in: 0.001...1)
        Field.choice("weights", \.weights)
        Field.choice("rule", \.rule)
        Field.choice("scope", \.scope)
        Field.choice("initialization", \.initialization)
        Field.boolean("scaled", \.isScaled)
        Field.integer("warm-up", \.warmUp, in: 1...10_000, drawn: 1...4)
        Field.part(\.training)
        Field.refusing("warm-up") {
            ($0.scope != .global || $0.keep >= 0.5) && $0.warmUp != 10
        } because: { _ in
            "has an effect with 'scope: global' and 'keep' below 0.5 alone; leave it out"
        } settle: {
            $0.warmUp = 10
        }
    }

    /// One.
    public func legs(epochs: Int) -> [CompressionLeg] {
        [training.leg(Self.kind, epochs: epochs)]
    }

    /// False: the network that is drawn has never learned.
    public var compresses: Bool { false }

    /// Nothing: weights are drawn.
    public var beginning: PhaseBeginning { .nothing }

    /// Scores of zeros.
    public func install(leg: Int, hasEnded: Bool, on trainee: Trainee) throws {
        try trainee.connections.becomeSubnetwork(
            keep: keep, gain: weights, rule: rule, isGlobal: scope == .global,
            initialization: SubnetworkInitialization(initialization, isScaled: isScaled),
            seed: trainee.seed)
    }

    /// Draws weights and scores.
    public func begin(leg: Int, on trainee: inout Trainee) throws {
        try install(leg: leg, hasEnded: false, on: trainee)
    }

    /// Lowers the share that is kept.
    public func prepare(epoch: Int, on trainee: inout Trainee) throws {
        guard scope == .global else { return }
        let share = KeepSchedule(to: keep, over: warmUp).keep(in: epoch)
        for view in trainee.connections.scores { view.keep = share }
        try trainee.connections.updateGlobalThreshold()
    }

    /// Moves the threshold with the scores.
    public func project(_ trainee: Trainee) throws {
        if scope == .global { try trainee.connections.updateGlobalThreshold() }
    }
}
