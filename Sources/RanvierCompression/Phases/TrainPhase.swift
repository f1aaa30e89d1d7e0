import RanvierConfiguration
import RanvierLearning

/// `train`: goes on with what is there, or from an earlier point with the masks that are there.
public struct TrainPhase: CompressionPhase {
    /// `train`.
    public static let kind = "train"
    /// Epochs and learning rate.
    public var training = PhaseTraining()
    /// Epochs after which the course is gone back to before; nil to go on from what is there.
    public var rewind: Int?
    /// Whether the phase is part of a search, which `early-time` lets see fewer steps.
    public var isSearch = false

    /// As `training` says.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<TrainPhase> {
        Field.part(\.training)
        Field.optionalInteger("rewind", \.rewind, in: 0...100_000)
        Field.boolean("search", \.isSearch)
    }

    /// One.
    public func legs(epochs: Int) -> [CompressionLeg] {
        [training.leg(Self.kind, epochs: epochs, isSearch: isSearch)]
    }

    /// Where it goes back to.
    public var rewindPoints: [Int] { rewind.map { [$0] } ?? [] }

    /// False.
    public var compresses: Bool { false }

    /// Goes back.
    public func begin(leg: Int, on trainee: inout Trainee) throws {
        if let rewind { try trainee.rewind(to: rewind) }
    }
}
