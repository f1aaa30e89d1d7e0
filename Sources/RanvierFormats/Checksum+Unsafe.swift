import CZlib
import Foundation

/// The CRC-32 of bytes, as files of Ranvier state it: `crc32:1a2b3c4d`.
///
/// It tells damage and thoughtless changes, not malice. Complexity: one pass, about a gigabyte a second.
public struct Checksum: Hashable, Sendable {
    private var value: UInt32

    /// The checksum of some bytes.
    public init(_ data: Data = Data()) {
        value = UInt32(truncatingIfNeeded: crc32(0, nil, 0))
        update(data)
    }

    /// Goes on with further bytes.
    public mutating func update(_ data: Data) {
        data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
            var start = 0
            while start < bytes.count {
                // zlib counts bytes in 32 bits.
                let part = bytes[start..<min(start + (1 << 30), bytes.count)]
                value = UInt32(
                    truncatingIfNeeded: crc32(
                        uLong(value),
                        UnsafeRawBufferPointer(rebasing: part).bindMemory(to: UInt8.self)
                            .baseAddress, uInt(part.count)))
                start += part.count
            }
        }
    }

    /// `crc32:1a2b3c4d`.
    public var text: String {
        let digits = String(value, radix: 16)
        return Self.prefix + String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// What stands in a file for the checksum while it is computed.
    static let blank = prefix + "00000000"
    private static let prefix = "crc32:"
}
