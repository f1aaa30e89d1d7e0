import RanvierTensors

/// How much the loss of one batch hangs on a connection, before training.
///
///     score = |g w| / Σ |g w|        over all layers
///
/// Source: Lee et al. 2019 (SNIP). For spiking networks surrogate gradients at initialisation are poor guides: above some 80 %
/// sparsity it does worse than chance (Kim et al. 2022); a control.
public struct SaliencyCriterion: PruningCriterion {
    /// `snip`.
    public static let name = "snip"

    /// By gradients of a batch.
    public init() {}

    /// Needs ``PruningLayer/gradient``. All scores are 0 where all products are.
    public func scores(of layers: [PruningLayer]) throws(CompressionError) -> [Tensor] {
        var products: [[Double]] = []
        for layer in layers {
            guard let gradient = layer.gradient else {
                throw .missing(
                    layer: layer.name, what: "gradient",
                    advice: "take the gradient of one batch before training")
            }
            guard gradient.shape == layer.weights.shape else {
                throw .mismatch(
                    layer: layer.name, what: "the gradient",
                    expected: "shape \(layer.weights.shape)",
                    found: "shape \(gradient.shape)")
            }
            let alive = layer.alive?.scalars
            products.append(
                zip(layer.weights.scalars, gradient.scalars).enumerated().map {
                    alive?[$0] == 0 ? 0 : abs(Double($1.0) * Double($1.1))
                })
        }
        let sum = products.reduce(0) { $0 + $1.reduce(0, +) }
        return zip(layers, products).map { layer, products in
            Tensor(products.map { sum > 0 ? Float($0 / sum) : 0 }, shape: layer.weights.shape)
        }
    }
}
