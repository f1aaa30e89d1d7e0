import RanvierConfiguration
import RanvierLearning
import RanvierTensors

/// A part of a course of compression: it changes what the network is seen through, and trains what is left.
///
///     phases:
///       - train: {epochs: 10}
///       - prune: {sparsity: 0.9, rounds: 5, rewind: 2, epochs: 8}
///       - quantize: {bits: 4, epochs: 4}
///
/// A phase is a list of legs, each with a fresh optimiser and a schedule of its own. What happens between epochs depends on the
/// trainee alone, so that a course that was stopped goes on to the same bits. A new phase is a type that conforms, and a line
/// `registry.add(PhaseKind(MyPhase.self))`.
public protocol CompressionPhase: Configurable {
    /// Word for the phase in configurations: `prune`.
    static var kind: String { get }

    /// Its legs in order.
    ///
    /// - Parameter epochs: of a leg, where the phase does not say.
    func legs(epochs: Int) -> [CompressionLeg]

    /// Epochs of the course, from its beginning, after which parameters are to be kept for this phase: 0 for the first weights.
    var rewindPoints: [Int] { get }

    /// Whether the phase takes away or rounds: what the model is before the first such phase is what it is held against.
    var compresses: Bool { get }

    /// What may have been done before the phase.
    var beginning: PhaseBeginning { get }

    /// Whether the network is made anew in the phase, so that nothing trains after it.
    var endsTraining: Bool { get }

    /// Refuses what the network does not have, before anything is trained.
    func check(on trainee: Trainee) throws

    /// Puts up the views that a leg trains through, their numbers aside: for a course that is gone on with.
    ///
    /// - Parameter hasEnded: whether ``end(leg:on:)`` was done, too.
    func install(leg: Int, hasEnded: Bool, on trainee: Trainee) throws

    /// What happens before the first epoch of a leg.
    func begin(leg: Int, on trainee: inout Trainee) throws

    /// What happens before each epoch of a leg, counted from 0 in the leg.
    func prepare(epoch: Int, on trainee: inout Trainee) throws

    /// What happens after each update of the optimiser.
    func project(_ trainee: Trainee) throws

    /// What happens after each epoch of a leg.
    ///
    /// - Returns: whether the leg is over before its last epoch.
    func isOver(after epoch: Int, of leg: Int, on trainee: inout Trainee) throws -> Bool

    /// What happens after the last epoch of a leg, before the next begins; a leg that was over is told so.
    func end(leg: Int, on trainee: inout Trainee) throws

    /// What cannot be of stored tensors of the phase's own, in words; nil where all can.
    func refusal(of tensors: [String: Tensor]) -> String?
}

extension CompressionPhase {
    /// None.
    public var rewindPoints: [Int] { [] }
    /// True.
    public var compresses: Bool { true }
    /// Anything.
    public var beginning: PhaseBeginning { .anything }
    /// False.
    public var endsTraining: Bool { false }
    /// Nothing is refused.
    public func check(on trainee: Trainee) throws {}
    /// Nothing.
    public func install(leg: Int, hasEnded: Bool, on trainee: Trainee) throws {}
    /// Nothing.
    public func begin(leg: Int, on trainee: inout Trainee) throws {}
    /// Nothing.
    public func prepare(epoch: Int, on trainee: inout Trainee) throws {}
    /// Nothing.
    public func project(_ trainee: Trainee) throws {}
    /// False.
    public func isOver(after epoch: Int, of leg: Int, on trainee: inout Trainee) throws -> Bool {
        false
    }
    /// Nothing.
    public func end(leg: Int, on trainee: inout Trainee) throws {}
    /// Nil.
    public func refusal(of tensors: [String: Tensor]) -> String? { nil }
}

/// What may have been done to a network before a phase, which would undo the rest without a word.
public enum PhaseBeginning: Sendable, Hashable {
    /// Whatever it was.
    case anything
    /// Training alone: nothing that took connections or bits away.
    case whole
    /// Nothing: weights are drawn anew.
    case nothing
}

/// A part of a phase that is trained through with one optimiser and one schedule.
public struct CompressionLeg: Sendable, Hashable {
    /// What is done, in a few words: `prune, round 2 of 5`.
    public var title: String
    /// Its epochs; 0 where something is only changed.
    public var epochs: Int
    /// Length of a step of the optimiser before its schedule; nil for the configuration's.
    public var learningRate: Float?
    /// Whether statistics of batch normalisations stay as they are.
    public var freezesNormalization: Bool
    /// Whether it searches, and may do so with fewer steps of time.
    public var isSearch: Bool

    /// A leg.
    public init(
        title: String, epochs: Int, learningRate: Float? = nil,
        freezesNormalization: Bool = false, isSearch: Bool = false
    ) {
        self.title = title
        self.epochs = epochs
        self.learningRate = learningRate
        self.freezesNormalization = freezesNormalization
        self.isSearch = isSearch
    }
}

/// A part of a course of compression, by name.
public enum PhaseRole: Role {
    /// A phase's options.
    public typealias Value = any CompressionPhase
    /// `phase`.
    public static let name = "phase"
    /// The phase's kind and keys.
    public static func element(of value: any CompressionPhase) -> Element {
        Element(type(of: value).kind, value.configurationValue)
    }
}

/// A kind of phase.
public typealias PhaseKind = Kind<PhaseRole>

extension Kind where R == PhaseRole {
    /// The kind of a type.
    public init<P: CompressionPhase>(_ type: P.Type) {
        self.init(P.kind, P.self) {
            $0
        } unwrap: {
            $0 as? P
        }
    }

    /// The phases that are built in.
    public static let standard: [PhaseKind] = [
        PhaseKind(TrainPhase.self), PhaseKind(PrunePhase.self), PhaseKind(EarlyTimePhase.self),
        PhaseKind(EarlyBirdPhase.self), PhaseKind(ScorePhase.self), PhaseKind(QuantizePhase.self),
        PhaseKind(RewirePhase.self), PhaseKind(PostQuantizePhase.self),
        PhaseKind(WholeNumbersPhase.self),
    ]
}
