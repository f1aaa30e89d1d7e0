/// Weights as small integers: codes, how many bits one takes, and which of them are there.
///
/// A weight counts `code · 2^shift`. Codes lie in row-major order, the output on the last axis: `[inputs, outputs]`, or
/// `[k_h, k_w, C / groups, O]` for convolutions.
public struct IntegerWeights: Sendable, Hashable {
    /// Axes.
    public let shape: [Int]
    /// The codes; 0 where a weight is not there.
    public let codes: [Int8]
    /// Which weights are there; nil for all. Alive ones may have the code 0, except with one bit.
    public let mask: [Bool]?
    /// Bits of a code: 8, 4, 3, 2, or 1 for −1 and 1.
    public let bits: Int
    /// Bits below one unit of a code that biases and thresholds have, 0 to 15.
    public let shift: Int

    /// Widths that there are.
    public static let widths = [1, 2, 3, 4, 8]

    /// Weights of a layer.
    ///
    /// - Parameters:
    ///   - bits: between two widths, the wider is taken.
    ///   - layer: for messages.
    /// - Throws: ``IntegerNetworkError`` for codes that do not fit the bits or the shape.
    public init(
        shape: [Int], codes: [Int8], mask: [Bool]? = nil, bits: Int, shift: Int = 0,
        layer: String
    ) throws(IntegerNetworkError) {
        func refuse(_ what: String, _ expected: String, _ found: String) -> IntegerNetworkError {
            .layer(name: layer, what: what, expected: expected, found: found)
        }
        let count = shape.reduce(1, *)
        guard !shape.isEmpty, shape.allSatisfy({ $0 > 0 }), codes.count == count else {
            throw refuse("weights", "\(count) codes of shape \(shape)", "\(codes.count)")
        }
        guard mask.map({ $0.count == count }) ?? true else {
            throw refuse("mask", "\(count) places", "\(mask?.count ?? 0)")
        }
        guard (0...15).contains(shift) else {
            throw refuse("fraction bits", "0 to 15", "\(shift)")
        }
        guard let width = Self.widths.first(where: { $0 >= bits }), bits >= 1 else {
            throw refuse("bits of a weight", "1 to 8", "\(bits)")
        }
        let largest = width == 1 ? 1 : 1 << (width - 1) - 1
        for (index, code) in codes.enumerated() {
            let isThere = mask?[index] ?? true
            guard isThere || code == 0 else {
                throw refuse("weight \(index)", "0 where the mask leaves none", "\(code)")
            }
            guard abs(Int(code)) <= largest, width > 1 || !isThere || code != 0 else {
                throw refuse(
                    "weight \(index)",
                    width == 1 ? "−1 or 1 (one bit)" : "−\(largest) to \(largest) (\(width) bits)",
                    "\(code)")
            }
        }
        self.shape = shape
        self.codes = codes
        self.mask = mask.flatMap { $0.allSatisfy { $0 } ? nil : $0 }
        self.bits = width
        self.shift = shift
    }

    /// Numbers of outputs: the last axis.
    public var outputs: Int { shape[shape.count - 1] }
    /// Weights that are there and are not 0: what an addition is done for.
    public var additions: Int { codes.count { $0 != 0 } }
    /// Weights that are there.
    public var alive: Int { mask.map { $0.count { $0 } } ?? codes.count }

    /// Whether codes are −1, 0 and 1 alone.
    public var isTernary: Bool { bits <= 2 || codes.allSatisfy { abs($0) <= 1 } }

    /// `Σ |w|` of each output, in units of biases.
    public var sums: [Int] {
        var sums = [Int](repeating: 0, count: outputs)
        for (index, code) in codes.enumerated() {
            sums[index % outputs] += abs(Int(code)) << shift
        }
        return sums
    }
}
