import RanvierTensors

/// Chance: the control that a criterion must beat.
public struct RandomCriterion: PruningCriterion {
    /// `random`.
    public static let name = "random"
    /// Seed of the scores.
    public var seed: UInt64

    /// Uniform scores.
    public init(seed: UInt64) { self.seed = seed }

    /// Uniform in 0 to 1, by the layers' names.
    public func scores(of layers: [PruningLayer]) -> [Tensor] {
        layers.map {
            Tensor(
                uniformIn: 0..<1, shape: $0.weights.shape,
                from: RandomStream(seed: seed, name: "pruning/\($0.name)"))
        }
    }
}
