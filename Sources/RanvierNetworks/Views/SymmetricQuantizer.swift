import Foundation
import RanvierConfiguration
import RanvierTensors

/// A view that rounds weights to k bits, symmetric around zero.
///
///     Q = 2^(k−1) − 1,   s = max|w| / Q,   ŵ = s clip(round(w / s), −Q, Q)
///     ∂L/∂w = ∂L/∂ŵ [|w / s| ≤ Q + r]    (straight through the rounding)
///
/// One scale for the tensor, or one for each output. The reach r of the gradient is 0, or ½ where the scale follows from the root
/// of the mean square: there weights beyond the largest code are usual, and those that still round to it go on learning. Rounding is half to even unless chosen; the code −2^(k−1) is not used,
/// so that negation is safe and zero is a code. Source: Jacob et al. 2018, the symmetric case.
public struct SymmetricQuantizer: ParameterView {
    /// `symmetric-quantizer`.
    public static let kind = "symmetric-quantizer"
    /// After masks, scores and posteriors.
    public static let rank = 20
    /// Bits of a weight, k, 2 to 16.
    public let width: Int
    /// What the scale follows from.
    public let scaleRule: QuantizerScale
    /// Whether each output (the last axis) has a scale of its own.
    public let isPerOutput: Bool
    /// Whether scales are powers of two, the nearest by ratio: what a shift can undo. Costs up to √2 of the range.
    public let hasPowerOfTwoScale: Bool
    /// How quotients are rounded.
    public let rounding: QuantizerRounding
    /// Steps beyond the largest code up to which the gradient passes, r.
    public let gradientReach: Float

    /// Weights of some bits.
    ///
    /// - Parameters:
    ///   - bits: 2 to 16.
    ///   - scale: what the scale follows from.
    ///   - isPerOutput: whether each output has its own; given scales then are one for each.
    ///   - gradientReach: r; nil for what is usual for the scale. Has an effect only where something is clipped.
    public init(
        bits: Int, scale: QuantizerScale = .largest, isPerOutput: Bool = false,
        hasPowerOfTwoScale: Bool = false, rounding: QuantizerRounding = .halfToEven,
        gradientReach: Float? = nil
    ) {
        precondition((2...16).contains(bits), "weights have 2 to 16 bits, not \(bits)")
        switch scale {
        case .largest: break
        case .percentile(let p):
            precondition(p > 0 && p <= 100, "a percentile lies above 0 and up to 100, not at \(p)")
        case .rootMeanSquare(let factor):
            precondition(
                factor > 0 && factor.isFinite, "a factor on a scale is positive, not \(factor)")
        case .fixed(let scales):
            precondition(
                !scales.isEmpty && (isPerOutput || scales.count == 1)
                    && scales.allSatisfy { $0 > 0 && $0.isFinite },
                "given scales are positive: one, or one for each output")
        }
        width = bits
        scaleRule = scale
        self.isPerOutput = isPerOutput
        self.hasPowerOfTwoScale = hasPowerOfTwoScale
        self.rounding = rounding
        self.gradientReach = gradientReach ?? scale.usualReach
        precondition(
            self.gradientReach >= 0 && self.gradientReach.isFinite,
            "a gradient reaches some steps beyond the largest code, not \(self.gradientReach)")
    }

    /// Bits of a weight.
    public var bits: Int? { width }
    /// True.
    public var seesNumbersAlone: Bool { true }

    /// Largest code, Q.
    public var largestCode: Int { 1 << (width - 1) - 1 }

    /// Given scales stay as they are.
    public var followsScale: Bool {
        if case .fixed = scaleRule { false } else { !hasPowerOfTwoScale }
    }

    /// The scale of some weights, the largest where each output has its own; 0 where all are zero.
    public func scale(of weights: Tensor) -> Float { scales(of: weights).reduce(0, max) }

    /// The scale of some weights, or one for each output; 0 where all are zero.
    ///
    /// - Parameter alive: which of them are there, for percentiles and means; nil for all.
    public func scales(of weights: Tensor, alive: Tensor? = nil) -> [Float] {
        let limit = Float(largestCode)
        var scales: [Float]
        switch scaleRule {
        case .largest:
            scales = SymmetricCode.peaks(of: weights, perOutput: isPerOutput).map { $0 / limit }
        case .percentile(let p):
            let parts = isPerOutput ? columns(of: weights, alive) : [(weights, alive)]
            scales = parts.map {
                Float((MagnitudeOrder.quantile(p / 100, of: [$0]) ?? 0) / Double(limit))
            }
        case .rootMeanSquare(let factor):
            scales = SymmetricCode.rootMeanSquares(
                of: weights, alive: alive, perOutput: isPerOutput
            ).map { Float(factor * $0) }
        case .fixed(let given): scales = given
        }
        if hasPowerOfTwoScale {
            scales = scales.map { $0 > 0 ? exp2(log2($0).rounded(.toNearestOrEven)) : 0 }
        }
        return scales
    }

    private func columns(
        of weights: Tensor, _ alive: Tensor?
    ) -> [(values: Tensor, alive: Tensor?)] {
        let width = max(weights.shape.last ?? 1, 1), rows = weights.count / width
        let turned = weights.reshaped(to: [rows, width]).transposed()
        let living = alive?.reshaped(to: [rows, width]).transposed()
        return (0..<width).map { (turned.step(at: $0), living?.step(at: $0)) }
    }

    /// The whole numbers that stand for weights, in row-major order.
    public func codes(of weights: Tensor) -> [Int] {
        code(of: weights.detached, nil).codes(weights.detached).scalars.map { Int($0) }
    }

    private func code(of weights: Tensor, _ alive: Tensor?) -> SymmetricCode {
        SymmetricCode(
            scales: scales(of: weights, alive: alive), largestCode: largestCode, rounding: rounding)
    }

    /// The scale of the tensor, a constant in gradients; nil where each output has one.
    public func codeStep(of stored: Tensor, alive: Tensor?) -> Tensor? {
        guard !isPerOutput, let scale = scales(of: stored, alive: alive).first, scale > 0 else {
            return nil
        }
        return Tensor(scale)
    }

    /// Rounded weights.
    public func seen(_ stored: Tensor) -> Tensor { seen(stored, alive: nil) }

    /// Rounded weights; zeros stay zero.
    public func seen(_ stored: Tensor, alive: Tensor?) -> Tensor {
        let weights = stored.detached, code = code(of: weights, alive), reach = gradientReach
        return Tape.record(code.rounded(weights), inputs: [stored]) {
            [code.passed($0, at: weights, reach: reach)]
        }
    }

    /// `bits`, and what is not as usual.
    public var options: ConfigurationValue {
        var entries: [ConfigurationValue.Entry] = [.init("bits", .integer(width))]
        switch scaleRule {
        case .largest: break
        case .percentile(let p): entries.append(.init("percentile", .float(p)))
        case .rootMeanSquare(let factor):
            entries.append(.init("root-mean-square", .float(factor)))
        case .fixed(let scales):
            entries.append(.init("scales", .list(scales.map { .float(Double($0)) })))
        }
        if isPerOutput { entries.append(.init("per-output", .boolean(true))) }
        if hasPowerOfTwoScale { entries.append(.init("power-of-two", .boolean(true))) }
        if rounding != .halfToEven { entries.append(.init("rounding", .string(rounding.rawValue))) }
        if gradientReach != scaleRule.usualReach {
            entries.append(.init("gradient-reach", .float(gradientReach.inShortest)))
        }
        return .section(entries)
    }

    /// Reads the options of a stored view.
    ///
    /// - Throws: `ConfigurationError` for what cannot be.
    init(_ section: ConfigurationSection, shape: [Int]) throws(ConfigurationError) {
        let bits = try section.integer("bits", in: 2...16)
        let isPerOutput = try section.boolean("per-output", default: false)
        let scale = try Self.scaleRule(section, outputs: isPerOutput ? shape.last ?? 1 : 1)
        let hasPowerOfTwoScale = try section.boolean("power-of-two", default: false)
        let reach = try section.optionalFloat("gradient-reach", in: 0...1e6)
        if reach != nil, scale == .largest, !hasPowerOfTwoScale {
            throw section.invalid(
                "gradient-reach",
                "has no effect where the scale follows from the largest weight, which "
                    + "clips nothing")
        }
        self.init(
            bits: bits, scale: scale, isPerOutput: isPerOutput,
            hasPowerOfTwoScale: hasPowerOfTwoScale,
            rounding: try section.choice("rounding", default: .halfToEven),
            gradientReach: reach.map { Float($0) })
    }

    /// What the scale follows from: at most one of `percentile`, `root-mean-square` and `scales`.
    private static func scaleRule(
        _ section: ConfigurationSection, outputs: Int
    ) throws(ConfigurationError) -> QuantizerScale {
        let keys = ["percentile", "root-mean-square", "scales"].filter(section.keys.contains)
        if keys.count > 1 {
            throw section.invalid(keys[1], "says what the scale follows from, as '\(keys[0])' does")
        }
        if let p = try section.optionalFloat("percentile", in: .positive) {
            guard p <= 100 else { throw section.invalid("percentile", "lies above 100, at \(p)") }
            return .percentile(p)
        }
        if let factor = try section.optionalFloat("root-mean-square", in: .positive) {
            return .rootMeanSquare(factor)
        }
        guard section.keys.contains("scales") else { return .largest }
        let scales = try section.floats("scales", in: .positive).map { Float($0) }
        guard scales.count == outputs else {
            throw section.invalid(
                "scales", "has \(scales.count) numbers where \(outputs) are needed")
        }
        return .fixed(scales)
    }
}

extension QuantizerScale {
    /// Steps beyond the largest code up to which the gradient passes unless chosen.
    var usualReach: Float { if case .rootMeanSquare = self { 0.5 } else { 0 } }
}
