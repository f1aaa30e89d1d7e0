import RanvierConfiguration
import RanvierTensors

/// A view that knows three weights: none, and one size with both signs.
///
///     Δ = 0.7 mean|w|,   code = 0 where |w| ≤ Δ, else sign(w),   α = mean |w| of the rest,   ŵ = α code
///     ∂L/∂w = ∂L/∂ŵ        (straight through)
///
/// Means go over the connections that are there. Source: Li & Liu 2016.
public struct TernaryQuantizer: ParameterView {
    /// `ternary`.
    public static let kind = "ternary"
    /// After masks, scores and posteriors.
    public static let rank = 20

    /// Three weights.
    public init() {}

    /// Two.
    public var bits: Int? { 2 }
    /// True.
    public var seesNumbersAlone: Bool { true }

    /// Rounded weights.
    public func seen(_ stored: Tensor) -> Tensor { seen(stored, alive: nil) }

    /// Rounded weights; zeros stay zero.
    public func seen(_ stored: Tensor, alive: Tensor?) -> Tensor {
        let sizes = stored.detached.absoluteValue()
        let count = alive.map { max($0.sum().scalar, 1) } ?? Float(max(stored.count, 1))
        let limit = 0.7 * sizes.sum().scalar / count
        let kept = sizes.isGreater(than: Tensor(limit))
        let gain = (sizes * kept).sum().scalar / max(kept.sum().scalar, 1)
        let ternary = stored.detached.sign() * kept * gain
        return Tape.record(ternary, inputs: [stored]) { [$0] }
    }
}
