import RanvierConfiguration
import RanvierTensors

/// A view that rounds weights to k bits with a step that learns.
///
///     Q = 2^(k−1) − 1,   ŵ = s clip(round(w / s), −Q, Q)
///     ∂L/∂w = ∂L/∂ŵ [|w / s| ≤ Q]
///     ∂L/∂s = f Σ ∂L/∂ŵ h,   h = round(w/s) − w/s for |w/s| < Q, else ±Q,   f = 1/√(n Q)
///
/// The step starts at `2 mean|w| / √Q`. Its size counts, not its sign, so that no update can make it negative. n is the number of
/// weights, those that a mask takes away included. Source: Esser et al. 2020.
public struct LearnedStepQuantizer: ParameterView {
    /// `learned-step`.
    public static let kind = "learned-step"
    /// After masks, scores and posteriors.
    public static let rank = 20
    /// Bits of a weight, k, 2 to 16.
    public let width: Int
    /// How quotients are rounded.
    public let rounding: QuantizerRounding
    /// The step s, one number.
    public let step: Parameter

    /// With the first step that fits weights.
    ///
    /// - Parameter alive: which of them are there; nil for all.
    public init(
        bits: Int, fittedTo weights: Tensor, alive: Tensor? = nil,
        rounding: QuantizerRounding = .halfToEven
    ) {
        let first = Self.firstStep(bits: bits, of: weights, alive: alive)
        self.init(bits: bits, step: first, rounding: rounding)
    }

    /// With a given first step, which must not be 0.
    public init(bits: Int, step: Float, rounding: QuantizerRounding = .halfToEven) {
        precondition((2...16).contains(bits), "weights have 2 to 16 bits, not \(bits)")
        precondition(step != 0 && step.isFinite, "a step of \(step) cannot be")
        width = bits
        self.rounding = rounding
        self.step = Parameter(value: Tensor([step], shape: [1]), decays: false, isPrunable: false)
    }

    /// `2 mean|w| / √Q` of the weights that are there; 1 where all are zero.
    static func firstStep(bits: Int, of weights: Tensor, alive: Tensor?) -> Float {
        let sizes = weights.detached.absoluteValue().sum().scalar
        let count = alive.map { $0.sum().scalar } ?? Float(weights.count)
        let q = Float(1 << (bits - 1) - 1)
        return sizes > 0 ? 2 * sizes / max(count, 1) / q.squareRoot() : 1
    }

    /// Bits of a weight.
    public var bits: Int? { width }
    /// True.
    public var seesNumbersAlone: Bool { true }
    /// Largest code, Q.
    public var largestCode: Int { 1 << (width - 1) - 1 }
    /// `step`.
    public var parameters: [(name: String, parameter: Parameter)] { [("step", step)] }
    /// False: the step stays.
    public var followsScale: Bool { false }

    /// The factor f on the gradient of the step, for n weights.
    public func gradientFactor(count: Int) -> Float {
        1 / (Float(count) * Float(largestCode)).squareRoot()
    }

    /// The size of the step.
    public func codeStep(of stored: Tensor, alive: Tensor?) -> Tensor? {
        step.tensor.absoluteValue().reshaped(to: [])
    }

    /// Rounded weights.
    public func seen(_ stored: Tensor) -> Tensor {
        let weights = stored.detached, step = step.tensor
        let size = max(abs(step.scalars[0]), .leastNormalMagnitude)
        let sign: Float = step.scalars[0] < 0 ? -1 : 1
        let code = SymmetricCode(scales: [size], largestCode: largestCode, rounding: rounding)
        let factor = Double(gradientFactor(count: weights.count))
        return Tape.record(code.rounded(weights), inputs: [stored, step]) { gradient in
            let sum = code.stepGradient(gradient, at: weights, edgeIsClipped: true)
            return [
                code.passed(gradient, at: weights),
                Tensor([sign * Float(factor * sum)], shape: [1]),
            ]
        }
    }

    /// `bits`, and a rounding that is not the usual one.
    public var options: ConfigurationValue {
        .section(
            [.init("bits", .integer(width))]
                + (rounding == .halfToEven
                    ? [] : [.init("rounding", .string(rounding.rawValue))]))
    }
}
