import Foundation

/// An array in the IDX format of MNIST and its relatives, plain or gzip.
///
/// Big-endian: two zero bytes, element type, rank, one 32-bit length per axis, then the elements in row-major
/// order. The format is that of LeCun's MNIST page.
public struct IDXFile: Sendable {
    /// The element types of the format.
    public enum ElementType: UInt8, Sendable, CaseIterable {
        case uint8 = 0x08
        case int8 = 0x09
        case int16 = 0x0b
        case int32 = 0x0c
        case float32 = 0x0d
        case float64 = 0x0e

        /// Bytes of an element.
        public var size: Int {
            switch self {
            case .uint8, .int8: 1
            case .int16: 2
            case .int32, .float32: 4
            case .float64: 8
            }
        }
    }

    /// The file.
    public let path: String
    /// Type of the elements.
    public let elementType: ElementType
    /// Length of each axis.
    public let shape: [Int]
    /// The elements as stored.
    public let bytes: [UInt8]

    /// Reads a file whole.
    ///
    /// - Throws: ``DataError``: missing, wrong magic number, truncated, bytes after the end, broken gzip.
    public init(contentsOf url: URL) throws(DataError) {
        let reader = try FileReader(url)
        (elementType, shape) = try Self.header(reader)
        path = reader.path
        let count = shape.reduce(1, *)
        bytes = try reader.read(
            exactly: count * elementType.size, "\(count) elements of shape \(shape)")
        try reader.requireEnd(after: "\(count) elements of shape \(shape)")
    }

    /// Reads type and shape only.
    static func header(_ reader: FileReader) throws(DataError) -> (ElementType, [Int]) {
        let magic = try reader.read(exactly: 4, "the IDX header")
        let type = ElementType(rawValue: magic[2])
        guard magic[0] == 0, magic[1] == 0, let type, (1...8).contains(magic[3]) else {
            let text = magic.map { String(format: "%02x", $0) }.joined(separator: " ")
            throw DataError(
                .wrongFormat, at: "\(reader.path), byte 0",
                expected: "an IDX magic number (00 00, type 08…0e, rank 1…8)", found: text,
                advice: "check that this is an IDX file (images …-idx3-ubyte, labels …-idx1-ubyte)")
        }
        let rank = Int(magic[3])
        let lengths = try reader.read(exactly: 4 * rank, "axis lengths")
        var shape: [Int] = [], total = type.size
        for axis in 0..<rank {
            let length = lengths[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) }
            let (product, overflow) = total.multipliedReportingOverflow(
                // An axis of none leaves the others no smaller: they are the shape of a sample.
                by: max(length, 1))
            guard !overflow else {
                throw DataError(
                    .corrupt, at: "\(reader.path), byte \(4 + 4 * axis)",
                    expected: "an array that fits into memory", found: "axes \(shape + [length])",
                    advice: "the header is damaged; fetch the file again")
            }
            shape.append(length)
            total = product
        }
        return (type, shape)
    }

    /// The elements as numbers.
    public var numbers: [Double] {
        let size = elementType.size
        return (0..<shape.reduce(1, *)).map { index in
            let word = bytes[index * size..<(index + 1) * size].reduce(UInt64(0)) {
                $0 << 8 | UInt64($1)
            }
            return switch elementType {
            case .uint8: Double(word)
            case .int8: Double(Int8(truncatingIfNeeded: word))
            case .int16: Double(Int16(truncatingIfNeeded: word))
            case .int32: Double(Int32(truncatingIfNeeded: word))
            case .float32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: word)))
            case .float64: Double(bitPattern: word)
            }
        }
    }
}
