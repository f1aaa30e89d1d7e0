/// One named array of a safetensors file: a shape and its values, last axis fastest.
public struct SafetensorsTensor: Equatable, Sendable {
    /// The values, by type.
    public enum Values: Equatable, Sendable {
        /// Single precision, `F32`.
        case floats([Float])
        /// Unsigned bytes, `U8`.
        case bytes([UInt8])
        /// Signed integers, `I64`.
        case integers([Int64])

        /// The number of values.
        public var count: Int {
            switch self {
            case .floats(let values): values.count
            case .bytes(let values): values.count
            case .integers(let values): values.count
            }
        }
    }

    /// Extents per axis; empty for a scalar.
    public let shape: [Int]
    /// As many values as the shape's product.
    public let values: Values

    /// Creates a tensor of single precision numbers.
    ///
    /// - Precondition: `floats.count` is the product of `shape`.
    public init(shape: [Int], floats: [Float]) { self.init(shape: shape, values: .floats(floats)) }

    /// Creates a tensor of bytes.
    ///
    /// - Precondition: `bytes.count` is the product of `shape`.
    public init(shape: [Int], bytes: [UInt8]) { self.init(shape: shape, values: .bytes(bytes)) }

    /// Creates a tensor of integers.
    ///
    /// - Precondition: `integers.count` is the product of `shape`.
    public init(shape: [Int], integers: [Int64]) {
        self.init(shape: shape, values: .integers(integers))
    }

    init(shape: [Int], values: Values) {
        precondition(
            shape.reduce(1, *) == values.count,
            "shape \(shape) does not fit \(values.count) values")
        self.shape = shape
        self.values = values
    }

    /// The type's name in the file format.
    var type: SafetensorsType {
        switch values {
        case .floats: .float32
        case .bytes: .unsigned8
        case .integers: .signed64
        }
    }
}

/// The types of numbers that are read and written.
enum SafetensorsType: String, CaseIterable {
    case float32 = "F32"
    case unsigned8 = "U8"
    case signed64 = "I64"

    /// Bytes per value.
    var size: Int {
        switch self {
        case .float32: 4
        case .unsigned8: 1
        case .signed64: 8
        }
    }
}
