/// Similarity of a layer's steps with one another, `[T, T]`.
public struct TimeMap: Sendable, Codable, Equatable {
    /// Name of the layer.
    public let layer: String
    /// `[t][t′]`; NaN where a step is dead.
    public let values: [[Double]]

    /// A map from values.
    public init(layer: String, values: [[Double]]) {
        self.layer = layer
        self.values = values
    }

    /// How much the layer's answer changes in the course of the steps.
    ///
    ///     D = 1 − mean of the entries off the diagonal
    ///
    /// 0 where all steps are alike, and for a single step; NaN where none is defined.
    public var dynamics: Double {
        guard values.count > 1 else { return 0 }
        let others = values.indices.flatMap { t in
            values.indices.filter { $0 != t }.map { values[t][$0] }
        }
        let change = 1 - LayerCurve.mean(others)
        // Equal steps are similar to 1 up to rounding.
        return abs(change) < 1e-12 ? 0 : change
    }
}
