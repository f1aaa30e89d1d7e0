import RanvierTensors

/// The share of a weight in what is left of its layer when all smaller ones are gone.
///
///     score_i = w_i² / Σ_{j ≥ i} w_j²        in the ascending order of the layer
///
/// The largest weight of each layer scores 1, so that none collapses under a global scope. Complexity: O(n log n). Source: Lee et
/// al. 2021 (LAMP).
public struct LayerAdaptiveCriterion: PruningCriterion {
    /// `lamp`.
    public static let name = "lamp"

    /// By size, adapted to the layer.
    public init() {}

    /// Scores of 0 to 1.
    public func scores(of layers: [PruningLayer]) -> [Tensor] {
        layers.map { layer in
            let weights = layer.weights.scalars, alive = layer.alive?.scalars
            let order = weights.indices.filter { alive?[$0] != 0 }
                .sorted { (abs(weights[$0]), $0) < (abs(weights[$1]), $1) }
            var scores = [Float](repeating: 0, count: weights.count), rest = 0.0
            for index in order.reversed() {
                let square = Double(weights[index]) * Double(weights[index])
                rest += square
                scores[index] = rest > 0 ? Float(square / rest) : 0
            }
            return Tensor(scores, shape: layer.weights.shape)
        }
    }
}
