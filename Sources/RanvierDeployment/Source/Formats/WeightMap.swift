/// Weights as a bit for each place, whether one is there that is not 0, and the values of those.
///
/// Bit k % 32 of word k / 32 for place k in row-major order; rows do not begin at words.
public struct WeightMap: Sendable, Hashable {
    /// Where weights are.
    public let words: [UInt32]
    /// Places.
    public let count: Int
    /// Their values.
    public let values: [Int8]
    /// Values before each row, and in all: for kernels that jump to a row.
    public let starts: [Int]

    /// The map of a matrix.
    public init(_ matrix: CodeMatrix) {
        words = BitPlanes.words(of: matrix.codes.map { $0 != 0 })
        count = matrix.codes.count
        values = matrix.values
        starts = matrix.starts
    }

    /// The codes again.
    public var codes: [Int8] {
        var next = 0
        return (0..<count).map { k in
            guard words[k / 32] >> (k % 32) & 1 == 1 else { return 0 }
            next += 1
            return values[next - 1]
        }
    }
}
