import RanvierNetworks
import RanvierTensors

/// The scale of least squared error after training, among fractions of the one that clips nothing.
///
///     s = f max|w| / Q,   f = 0.20, 0.21, …, 1.00;   the first f of least Σ (w − ŵ)²
///
/// Source: the usual search of post-training quantisation (Nagel et al. 2021). Expect 8 bits to lose nothing, 4 a little, and fewer
/// than that to need training.
public struct ScaleSearch: Sendable, Hashable {
    /// A scale that was found.
    public struct Result: Sendable, Hashable {
        /// Fraction f of the scale that clips nothing.
        public var fraction: Double
        /// The scale.
        public var scale: Double
        /// Mean squared error with it.
        public var error: Double
        /// Mean squared error with the scale that clips nothing.
        public var largestScaleError: Double
    }

    /// Bits of a weight.
    public var bits: Int
    /// How quotients are rounded.
    public var rounding: QuantizerRounding

    /// A search.
    public init(bits: Int, rounding: QuantizerRounding = .halfToEven) {
        precondition((2...16).contains(bits), "weights have 2 to 16 bits, not \(bits)")
        self.bits = bits
        self.rounding = rounding
    }

    /// The best scale of some numbers; nil where all are zero. In double precision; complexity O(81 n).
    public func best(of weights: [Double]) -> Result? {
        let limit = Double(1 << (bits - 1) - 1)
        let largest = weights.reduce(0) { max($0, abs($1)) } / limit
        guard largest > 0 else { return nil }
        let rule: FloatingPointRoundingRule =
            rounding == .halfToEven ? .toNearestOrEven : .toNearestOrAwayFromZero
        func error(_ scale: Double) -> Double {
            weights.reduce(0) { sum, w in
                let code = min(max((w / scale).rounded(rule), -limit), limit)
                return sum + (w - scale * code) * (w - scale * code)
            } / Double(weights.count)
        }
        var best = Result(
            fraction: 0, scale: 0, error: .infinity, largestScaleError: error(largest))
        for percent in 20...100 {
            let fraction = Double(percent) / 100
            let found = error(largest * fraction)
            if found < best.error {
                (best.fraction, best.scale, best.error) = (fraction, largest * fraction, found)
            }
        }
        return best
    }

    /// A quantiser with the best scale of a tensor, or of each of its outputs (the last axis); an output of zeros keeps the scale 1.
    public func quantizer(for weights: Tensor, isPerOutput: Bool = false) -> SymmetricQuantizer {
        let values = weights.scalars.map { Double($0) }
        let width = isPerOutput ? max(weights.shape.last ?? 1, 1) : 1
        let scales = (0..<width).map { column in
            let own =
                isPerOutput
                ? stride(from: column, to: values.count, by: width).map { values[$0] } : values
            return Float(best(of: own)?.scale ?? 1)
        }
        return SymmetricQuantizer(
            bits: bits, scale: .fixed(scales), isPerOutput: isPerOutput, rounding: rounding)
    }
}
