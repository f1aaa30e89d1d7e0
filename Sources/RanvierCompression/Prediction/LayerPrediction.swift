import Foundation

/// How alike a layer of neurons and its changed copy are predicted to fire, step by step.
public struct LayerPrediction: Sendable, Hashable {
    /// Name of the layer.
    public let layer: String
    /// Neurons of a unit: places of an image.
    public let places: Int
    /// Probability of a changed spike, a row for each step, a number for each unit.
    public let change: [[Double]]

    /// Mean over neurons and steps.
    public var meanChange: Double {
        let count = change.reduce(0) { $0 + $1.count }
        return count > 0 ? sum / Double(count) : 0
    }

    /// `max(0, 1 − Σ p)` over all neurons and steps: a bound where each p is one.
    public var union: Double { max(0, 1 - Double(places) * sum) }

    /// `Π (1 − p)` over all neurons and steps: as if they were independent.
    public var product: Double { exp(logarithm) }

    /// `ln Π (1 − p)`, which keeps its digits where the product is below the smallest number.
    public var logarithm: Double {
        Double(places) * change.reduce(0) { $0 + $1.reduce(0) { $0 + log1p(-min($1, 1)) } }
    }

    /// Neurons times steps.
    var events: Double { Double(places * change.reduce(0) { $0 + $1.count }) }
    private var sum: Double { change.reduce(0) { $0 + $1.reduce(0, +) } }
}
