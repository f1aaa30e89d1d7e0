/// Weights of −1, 0 and +1 as words of 32 bits, row by row: bit j % 32 of word j / 32, the rest 0.
///
///     sum = pop(S & plus) − pop(S & minus)
///     sum = 2 pop(S & plus) − pop(S)            where no weight is 0
///
/// Rows begin at a word.
public struct BitPlanes: Sendable, Hashable {
    /// Number of rows.
    public let rows: Int
    /// Weights of a row.
    public let columns: Int
    /// Where weights are +1.
    public let plus: [UInt32]
    /// Where weights are −1.
    public let minus: [UInt32]

    /// Planes of a matrix whose codes are −1, 0 and 1.
    public init(_ matrix: CodeMatrix) {
        precondition(matrix.codes.allSatisfy { abs($0) <= 1 }, "planes hold −1, 0 and 1")
        rows = matrix.rows
        columns = matrix.columns
        plus = (0..<matrix.rows).flatMap { Self.words(of: matrix.row($0).map { $0 > 0 }) }
        minus = (0..<matrix.rows).flatMap { Self.words(of: matrix.row($0).map { $0 < 0 }) }
    }

    /// Bits as words, bit j % 32 of word j / 32.
    public static func words(of bits: [Bool]) -> [UInt32] {
        var words = [UInt32](repeating: 0, count: (bits.count + 31) / 32)
        for (j, bit) in bits.enumerated() where bit { words[j / 32] |= 1 << (j % 32) }
        return words
    }

    /// Words of a row.
    public var wordsPerRow: Int { (columns + 31) / 32 }

    /// The weighted sum of each row over spikes.
    public func sums(of spikes: [UInt32]) -> [Int32] {
        precondition(spikes.count == wordsPerRow, "spikes of \(columns) inputs")
        return (0..<rows).map { row in
            spikes.indices.reduce(into: Int32(0)) { sum, word in
                let place = row * wordsPerRow + word
                sum += Int32((spikes[word] & plus[place]).nonzeroBitCount)
                sum -= Int32((spikes[word] & minus[place]).nonzeroBitCount)
            }
        }
    }

    /// The codes again.
    public var codes: [Int8] {
        (0..<rows * columns).map { index in
            let place = index / columns * wordsPerRow + index % columns / 32
            let bit = UInt32(1) << (index % columns % 32)
            return plus[place] & bit != 0 ? 1 : minus[place] & bit != 0 ? -1 : 0
        }
    }
}
