/// Between which values a weight stays, and how changes feel it.
public struct WeightBounds: Hashable, Sendable {
    /// How a change depends on the weight.
    public enum Form: String, CaseIterable, Hashable, Sendable {
        /// Not at all, until the weight is at its bound.
        case additive
        /// In proportion to the way that is left: `A₊ (w_max − w)`, `A₋ (w − w_min)`.
        case soft
    }

    /// How changes depend on the weight.
    public var form: Form
    /// w_min to w_max.
    public var range: ClosedRange<Double>

    /// Bounds of weights.
    public init(_ form: Form, in range: ClosedRange<Double>) {
        self.form = form
        self.range = range
    }

    /// No bounds.
    public static let none = WeightBounds(.additive, in: -.infinity ... .infinity)

    /// What of an increase a weight takes.
    public func increase(at weight: Double) -> Double {
        form == .soft ? range.upperBound - weight : 1
    }

    /// What of a decrease a weight takes.
    public func decrease(at weight: Double) -> Double {
        form == .soft ? weight - range.lowerBound : 1
    }

    /// The weight, brought within the bounds.
    public func clipped(_ weight: Double) -> Double {
        min(max(weight, range.lowerBound), range.upperBound)
    }
}
