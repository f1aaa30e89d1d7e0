import RanvierConfiguration
import RanvierTensors

/// A view that rounds `tanh(w)` to k bits with one learned range α, which the membrane of the layer can share.
///
///     t = tanh(w),   c = clip(t / α, −1, 1),   n = round(Q c),   ŵ = n α / Q,   Q = 2^(k−1) − 1
///     ∂L/∂w = ∂L/∂ŵ [|t| ≤ α] (1 − t²),   ∂L/∂α = Σ ∂L/∂ŵ (n/Q − c [|t| ≤ α])
///
/// α starts at `2 mean|w| / √Q`. With s = α/Q a layer runs on whole numbers: currents are sums of n, and a neuron fires where
/// the sum reaches ``integerThreshold(for:isStrict:)``. Its size counts, not its sign. Source: Yin et al. 2024 (MINT).
public struct SharedScaleQuantizer: ParameterView {
    /// `shared-scale`.
    public static let kind = "shared-scale"
    /// After masks, scores and posteriors.
    public static let rank = 20
    /// Bits of a weight, k, 2 to 16.
    public let width: Int
    /// The range α, one number.
    public let range: Parameter

    /// With the first range that fits weights.
    ///
    /// - Parameter alive: which of them are there; nil for all.
    public init(bits: Int, fittedTo weights: Tensor, alive: Tensor? = nil) {
        self.init(
            bits: bits,
            range: LearnedStepQuantizer.firstStep(bits: bits, of: weights, alive: alive))
    }

    /// With a given first range, which must not be 0.
    public init(bits: Int, range: Float) {
        precondition((2...16).contains(bits), "weights have 2 to 16 bits, not \(bits)")
        precondition(range != 0 && range.isFinite, "a range of \(range) cannot be")
        width = bits
        self.range = Parameter(value: Tensor([range], shape: [1]), decays: false, isPrunable: false)
    }

    /// Bits of a weight.
    public var bits: Int? { width }
    /// True.
    public var seesNumbersAlone: Bool { true }
    /// Largest code, Q.
    public var largestCode: Int { 1 << (width - 1) - 1 }
    /// `alpha`.
    public var parameters: [(name: String, parameter: Parameter)] { [("alpha", range)] }
    /// False: tanh does not.
    public var followsScale: Bool { false }

    /// What one code stands for, s = α/Q.
    public var step: Float { abs(range.value.scalars[0]) / Float(largestCode) }

    /// The whole numbers that stand for weights, in row-major order.
    public func codes(of weights: Tensor) -> [Int] {
        code(range: range.value.scalars[0]).codes(weights.detached.tanh()).scalars.map { Int($0) }
    }

    /// What whole-number membranes are compared with: ⌈θ/s⌉, or ⌊θ/s⌋ where a spike needs more than the threshold.
    public func integerThreshold(for threshold: Float, isStrict: Bool = false) -> Int {
        let quotient = Double(threshold) / Double(step)
        return Int(quotient.rounded(isStrict ? .down : .up))
    }

    private func code(range: Float) -> SymmetricCode {
        SymmetricCode(
            scales: [max(abs(range), .leastNormalMagnitude) / Float(largestCode)],
            largestCode: largestCode)
    }

    /// s = |α|/Q.
    public func codeStep(of stored: Tensor, alive: Tensor?) -> Tensor? {
        range.tensor.absoluteValue().reshaped(to: []) * (1 / Float(largestCode))
    }

    /// Rounded weights.
    public func seen(_ stored: Tensor) -> Tensor {
        let squashed = stored.detached.tanh(), range = range.tensor
        let code = code(range: range.scalars[0])
        let sign: Double = range.scalars[0] < 0 ? -1 : 1, limit = Double(largestCode)
        return Tape.record(code.rounded(squashed), inputs: [stored, range]) { gradient in
            let sum = code.stepGradient(gradient, at: squashed, edgeIsClipped: false)
            return [
                code.passedThroughTanh(gradient, at: squashed),
                Tensor([Float(sign * sum / limit)], shape: [1]),
            ]
        }
    }

    /// `bits`.
    public var options: ConfigurationValue { .section([.init("bits", .integer(width))]) }
}
