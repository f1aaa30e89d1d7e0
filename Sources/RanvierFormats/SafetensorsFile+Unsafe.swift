import Foundation

extension SafetensorsFile {
    /// The values as little-endian bytes.
    static func bytes<Number: BitwiseCopyable>(of values: [Number]) -> Data {
        values.withUnsafeBytes { raw in
            #if _endian(little)
                return Data(raw)
            #else
                return reversed(raw, width: MemoryLayout<Number>.size)
            #endif
        }
    }

    /// The values of `type` from little-endian bytes, whatever their alignment.
    static func values(of type: SafetensorsType, in bytes: Data) -> SafetensorsTensor.Values {
        switch type {
        case .float32: .floats(numbers(in: bytes, zero: 0))
        case .unsigned8: .bytes(Array(bytes))
        case .signed64: .integers(numbers(in: bytes, zero: 0))
        }
    }

    /// The numbers from little-endian bytes.
    static func numbers<Number: BitwiseCopyable>(in bytes: Data, zero: Number) -> [Number] {
        var numbers = [Number](repeating: zero, count: bytes.count / MemoryLayout<Number>.size)
        numbers.withUnsafeMutableBytes { target in
            bytes.withUnsafeBytes { source in
                #if _endian(little)
                    // Bytes behind the last whole number have no place in the target.
                    target.copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: source.prefix(target.count)))
                #else
                    target.copyBytes(from: reversed(source, width: MemoryLayout<Number>.size))
                #endif
            }
        }
        return numbers
    }

    #if !_endian(little)
        /// The same numbers with the order of their bytes turned round.
        private static func reversed(_ raw: UnsafeRawBufferPointer, width: Int) -> Data {
            Data(raw.indices.map { raw[$0 / width * width + (width - 1 - $0 % width)] })
        }
    #endif
}
