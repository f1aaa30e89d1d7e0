import RanvierTensors

/// The size of a weight. Source: Han et al. 2015.
public struct MagnitudeCriterion: PruningCriterion {
    /// `magnitude`.
    public static let name = "magnitude"

    /// The size of a weight.
    public init() {}

    /// `|w|`.
    public func scores(of layers: [PruningLayer]) -> [Tensor] {
        layers.map { $0.weights.absoluteValue() }
    }
}
