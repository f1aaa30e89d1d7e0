import RanvierConfiguration
import RanvierTensors

/// A view that rounds weights to k bits, symmetric around zero, with one scale for the tensor.
///
///     Q = 2^(k−1) − 1,   s = max|w| / Q,   ŵ = s clip(round(w / s), −Q, Q)
///     ∂L/∂w = ∂L/∂ŵ [|w / s| ≤ Q]        (straight through the rounding)
///
/// Rounding is half to even; the code −2^(k−1) is not used, so that negation is safe and zero is a code. Source:
/// Jacob et al. 2018, the symmetric case.
public struct SymmetricQuantizer: ParameterView {
    /// `symmetric-quantizer`.
    public static let kind = "symmetric-quantizer"
    /// After masks, scores and posteriors.
    public static let rank = 20
    /// Bits of a weight, k, 2 to 16.
    public let width: Int

    /// Weights of some bits.
    public init(bits: Int) {
        precondition((2...16).contains(bits), "weights have 2 to 16 bits, not \(bits)")
        width = bits
    }

    /// Bits of a weight.
    public var bits: Int? { width }

    /// Largest code, Q.
    public var largestCode: Int { 1 << (width - 1) - 1 }

    /// The scale of some weights; 0 where all are zero.
    public func scale(of weights: Tensor) -> Float {
        weights.scalars.reduce(0) { max($0, abs($1)) } / Float(largestCode)
    }

    /// The whole numbers that stand for weights, in row-major order.
    public func codes(of weights: Tensor) -> [Int] {
        let scale = scale(of: weights)
        return weights.scalars.map { scale > 0 ? Int(code($0, scale)) : 0 }
    }

    private func code(_ weight: Float, _ scale: Float) -> Float {
        let limit = Float(largestCode)
        return min(max((weight / scale).rounded(.toNearestOrEven), -limit), limit)
    }

    /// Rounded weights.
    public func seen(_ stored: Tensor) -> Tensor {
        let values = stored.detached.scalars, shape = stored.shape
        let scale = scale(of: stored.detached), limit = Float(largestCode)
        guard scale > 0 else { return stored }
        let rounded = Tensor(values.map { code($0, scale) * scale }, shape: shape)
        guard stored.isTracked else { return rounded }
        // The largest weight itself may lie above Q by rounding of its quotient.
        let passes = Tensor(
            values.map { abs($0 / scale) <= limit * (1 + .ulpOfOne) ? 1 : 0 }, shape: shape)
        return Tape.record(rounded, inputs: [stored]) { [$0 * passes] }
    }

    /// `bits`.
    public var options: ConfigurationValue { .section([.init("bits", .integer(width))]) }
}
