import Foundation
import RanvierTensors

/// Two layers of neurons with the weights between them both ways.
///
/// Weights lie `[lower, upper]` as all of Ranvier's do, so that feedback weights that have found what they stand for are equal
/// to the forward ones; papers write `W` as `[upper, lower]` and `B → Wᵀ`.
public struct FeedbackLayer: Sendable {
    /// Name of the forward weights.
    public var name: String
    /// Forward weights, `[lower, upper]`.
    public var weights: Tensor
    /// Of the upper neurons, `[upper]`; nil for 0.
    public var bias: Tensor?
    /// Feedback weights, `[lower, upper]`.
    public var feedback: Tensor

    /// Layers with weights both ways.
    public init(name: String, weights: Tensor, bias: Tensor?, feedback: Tensor) {
        self.name = name
        self.weights = weights
        self.bias = bias
        self.feedback = feedback
    }

    /// Degrees between feedback and forward weights, `acos(⟨W, B⟩ / |W||B|)`; 90 where one of them is 0 or no number.
    public var angle: Double { Self.angle(weights, feedback) }

    /// Degrees between two tensors of one shape.
    static func angle(_ a: Tensor, _ b: Tensor) -> Double {
        let x = a.scalars, y = b.scalars
        var (product, first, second) = (0.0, 0.0, 0.0)
        for (x, y) in zip(x, y) {
            product += Double(x) * Double(y)
            first += Double(x) * Double(x)
            second += Double(y) * Double(y)
        }
        guard first > 0, second > 0, (first * second).isFinite else { return 90 }
        let cosine = product / (first * second).squareRoot()
        return acos(min(max(cosine, -1), 1)) * 180 / .pi
    }
}
