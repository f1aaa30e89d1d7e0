import RanvierLearning

/// Size of a weight matrix in the formats of `StorageFormat`.
///
/// A convolution counts as a matrix `[out][in · ky · kx]`.
public struct WeightStorage: Equatable, Sendable {
    /// Rows, one per output.
    public let rows: Int
    /// Weights of a row.
    public let columns: Int
    /// Weights that live.
    public let nonzero: Int
    /// Bits of one value.
    public let valueBits: Int
    /// Stored zeros that the run-length format needs.
    public let fillers: Int

    /// Counts what lives in a mask `[rows][columns]` in row-major order.
    /// - Throws: `AnalysisError` where the mask does not divide into rows or a size is impossible.
    public init(mask: [Bool], rows: Int, valueBits: Int) throws {
        guard rows > 0, !mask.isEmpty, mask.count % rows == 0 else {
            throw AnalysisError.impossibleValue(
                what: "weight matrix", expected: "a whole number of columns in \(rows) rows",
                found: "\(mask.count) weights")
        }
        guard valueBits > 0 else {
            throw AnalysisError.impossibleValue(
                what: "bits of a weight", expected: "at least 1", found: "\(valueBits)")
        }
        self.rows = rows
        columns = mask.count / rows
        self.valueBits = valueBits
        nonzero = mask.reduce(0) { $0 + ($1 ? 1 : 0) }
        // A run of zeros may cross rows; 15 zeros and the filler's own zero take care of 16.
        var fillers = 0
        var run = 0
        for lives in mask {
            if lives {
                run = 0
            } else {
                run += 1
                if run == 16 {
                    fillers += 1
                    run = 0
                }
            }
        }
        self.fillers = fillers
    }

    /// Number of weights, living or not.
    public var elements: Int { rows * columns }
    /// Share of weights that live.
    public var density: Double { Double(nonzero) / Double(elements) }
    /// Bits of a packed column index.
    public var indexBits: Int { Self.bitsToCount(columns) }
    /// Bits of a packed row pointer.
    public var pointerBits: Int { Self.bitsToCount(nonzero + 1) }

    /// Size in bits; byte-aligned formats give multiples of 8.
    public func bits(in format: StorageFormat) -> Int {
        switch format {
        case .dense: elements * valueBits
        case .bitmap: elements + nonzero * valueBits
        case .compressedRows:
            nonzero * (valueBits + indexBits) + (rows + 1) * pointerBits
        case .compressedRowsByteAligned:
            8
                * ((nonzero * valueBits + 7) / 8 + nonzero * indexBytes
                    + (rows + 1) * pointerBytes)
        case .runLength: (nonzero + fillers) * (valueBits + 4)
        case .twoPlanes: 2 * elements
        case .signInIndex: 16 * nonzero + 8 * (rows + 1) * pointerBytes
        }
    }

    /// Size in whole bytes.
    public func bytes(in format: StorageFormat) -> Int { (bits(in: format) + 7) / 8 }

    /// The format of least size that can hold weights of this width.
    public var smallest: StorageFormat {
        // Two planes hold three values and an index with a sign holds two, so only 1-bit weights fit
        // both; 15 bits of index reach 32 768 columns.
        let fitting = StorageFormat.allCases.filter { format in
            switch format {
            case .twoPlanes: valueBits == 1
            case .signInIndex: valueBits == 1 && columns <= 32_768
            // A bare sign bit cannot say that a weight is missing.
            case .dense: valueBits > 1 || nonzero == elements
            default: true
            }
        }
        return fitting.reduce(.bitmap) { bits(in: $1) < bits(in: $0) ? $1 : $0 }
    }

    private var indexBytes: Int { columns <= 256 ? 1 : columns <= 65_536 ? 2 : 4 }
    private var pointerBytes: Int { nonzero <= 65_535 ? 2 : 4 }

    // ⌈log2 count⌉ for a positive count.
    private static func bitsToCount(_ count: Int) -> Int {
        Int.bitWidth - max(count - 1, 0).leadingZeroBitCount
    }
}
