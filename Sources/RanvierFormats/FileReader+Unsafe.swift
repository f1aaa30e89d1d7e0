import CZlib
import Foundation

/// Reads a file from front to back, unpacking gzip on the way.
///
/// Compression is told by the first bytes and not by the name; several gzip members in one file are read as
/// one. Memory grows with what is read, never with what a damaged header claims.
package final class FileReader {
    /// The file, for messages.
    package let path: String
    /// Whether the file is gzip.
    package let isCompressed: Bool
    /// Unpacked bytes handed out so far.
    package private(set) var offset = 0

    private let file: FileHandle
    private var input: [UInt8] = []
    private var position = 0
    private var isInputOver = false
    // The address must stay the same while zlib is at work, hence memory of its own.
    private var inflater: UnsafeMutablePointer<z_stream>?
    private var isMemberOver = false

    private static let blockSize = 1 << 16

    /// How many times its size a compressed file may unpack to, and bytes that any may.
    ///
    /// Of a thousand zeros gzip keeps one byte, so a small file could stand for more than memory holds. Sparse images and
    /// tables of few different rows shrink to a hundredth.
    private static let unpacking = (times: 250, least: 1 << 26)
    /// Most bytes that this file may unpack to.
    private var mostUnpacked = Int.max
    private var unpacked = 0

    /// Opens a file.
    ///
    /// - Throws: ``DataError`` of kind `missing` or `unreadable`.
    package init(_ url: URL) throws(DataError) {
        path = url.path(percentEncoded: false)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw DataError(
                .missing, at: path, expected: "a file", found: "nothing",
                advice: "check the path, or the data directory")
        }
        guard !isFolder.boolValue else {
            throw DataError(
                .unreadable, at: path, expected: "a file", found: "a folder",
                advice: "name a file inside it")
        }
        do {
            file = try FileHandle(forReadingFrom: url)
        } catch {
            throw DataError(
                .unreadable, at: path, expected: "a readable file", found: "\(error)",
                advice: "check the permissions")
        }
        do {
            input = [UInt8](try file.read(upToCount: Self.blockSize) ?? Data())
        } catch {
            throw Self.unreadable(path, error)
        }
        isCompressed = input.count >= 2 && input[0] == 0x1f && input[1] == 0x8b
        guard isCompressed else { return }
        let size = (try? url.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0
        mostUnpacked = max(Self.unpacking.times * size, Self.unpacking.least)
        try startInflating()
    }

    deinit {
        if let inflater {
            inflateEnd(inflater)
            inflater.deallocate()
        }
        try? file.close()
    }

    /// The next bytes; fewer than asked for only at the end of the file.
    package func read(upTo count: Int) throws(DataError) -> [UInt8] {
        var output: [UInt8] = []
        // Blocks, so that a damaged size costs no more memory than the file has bytes.
        while output.count < count {
            let block = try readBlock(upTo: min(count - output.count, 1 << 20))
            if block.isEmpty { break }
            output += block
        }
        offset += output.count
        return output
    }

    /// The next `count` bytes.
    ///
    /// - Throws: ``DataError`` of kind `truncated` that says what was to be read.
    package func read(exactly count: Int, _ what: String) throws(DataError) -> [UInt8] {
        let start = offset
        let bytes = try read(upTo: count)
        guard bytes.count == count else {
            throw DataError(
                .truncated, at: "\(path), byte \(start)", expected: "\(count) bytes of \(what)",
                found: "\(bytes.count)", advice: "the file is incomplete; fetch it again")
        }
        return bytes
    }

    /// All bytes that are left.
    package func readAll() throws(DataError) -> [UInt8] { try read(upTo: .max) }

    /// Checks that nothing is left.
    ///
    /// - Throws: ``DataError`` of kind `trailingBytes`.
    package func requireEnd(after what: String) throws(DataError) {
        let end = offset
        let rest = try read(upTo: 1 << 20)
        guard rest.isEmpty else {
            throw DataError(
                .trailingBytes, at: "\(path), byte \(end)", expected: "the end after \(what)",
                found: rest.count < 1 << 20 ? "\(rest.count) more bytes" : "more bytes",
                advice: "the header and the contents disagree; fetch the file again")
        }
    }

    private func readBlock(upTo count: Int) throws(DataError) -> [UInt8] {
        if isCompressed { return try inflateBlock(upTo: count) }
        if position == input.count { try refill() }
        let taken = min(count, input.count - position)
        defer { position += taken }
        return Array(input[position..<position + taken])
    }

    private func refill() throws(DataError) {
        guard !isInputOver else { return }
        do {
            input = [UInt8](try file.read(upToCount: Self.blockSize) ?? Data())
        } catch {
            throw Self.unreadable(path, error)
        }
        position = 0
        isInputOver = input.isEmpty
    }

    private static func unreadable(_ path: String, _ error: any Error) -> DataError {
        DataError(
            .unreadable, at: path, expected: "a readable file", found: "\(error)",
            advice: "check the disk")
    }
}

// MARK: - gzip

extension FileReader {
    private func startInflating() throws(DataError) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 16 + the largest window: gzip framing, checksum and length verified by zlib.
        let status = inflateInit2_(
            stream, 16 + MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            stream.deallocate()
            throw status == Z_MEM_ERROR ? noMemory : corrupt("zlib status \(status)")
        }
        inflater = stream
    }

    private func inflateBlock(upTo count: Int) throws(DataError) -> [UInt8] {
        guard let inflater else { return [] }
        var output = [UInt8](repeating: 0, count: count)
        var written = 0
        while written < count {
            if position == input.count { try refill() }
            if isMemberOver {
                if position == input.count { break }
                guard input[position] == 0x1f, inflateReset(inflater) == Z_OK else {
                    throw DataError(
                        .trailingBytes, at: path,
                        expected: "the end of the file after the gzip data",
                        found: "other bytes", advice: "fetch the file again")
                }
                isMemberOver = false
            }
            guard position < input.count else {
                throw DataError(
                    .truncated, at: path, expected: "a complete gzip file",
                    found: "its end after \(offset + written) unpacked bytes",
                    advice: "the file is incomplete; fetch it again")
            }
            written += try inflateStep(inflater, &output, from: written)
        }
        output.removeLast(count - written)
        unpacked += written
        guard unpacked <= mostUnpacked else {
            throw DataError(
                .unsupported, at: path,
                expected:
                    "at most \(mostUnpacked) unpacked bytes (\(Self.unpacking.times) times the file)",
                found: "more", advice: "unpack it if it is sound, and name the unpacked file")
        }
        return output
    }

    /// One call of zlib; returns the number of bytes it wrote.
    private func inflateStep(
        _ inflater: UnsafeMutablePointer<z_stream>, _ output: inout [UInt8], from written: Int
    ) throws(DataError) -> Int {
        let available = input.count - position, room = output.count - written
        let status = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { destination in
                inflater.pointee.next_in = source.baseAddress.map { $0 + position }
                inflater.pointee.avail_in = UInt32(available)
                inflater.pointee.next_out = destination.baseAddress.map { $0 + written }
                inflater.pointee.avail_out = UInt32(room)
                return inflate(inflater, Z_NO_FLUSH)
            }
        }
        position += available - Int(inflater.pointee.avail_in)
        switch status {
        case Z_STREAM_END: isMemberOver = true
        case Z_OK, Z_BUF_ERROR: break
        case Z_MEM_ERROR: throw noMemory
        default:
            throw corrupt(inflater.pointee.msg.map { String(cString: $0) } ?? "status \(status)")
        }
        return room - Int(inflater.pointee.avail_out)
    }

    private var noMemory: DataError {
        DataError(
            .unreadable, at: path, expected: "memory to unpack gzip data", found: "none left",
            advice: "close other programs, or unpack the file first")
    }

    private func corrupt(_ reason: String) -> DataError {
        DataError(
            .corrupt, at: path, expected: "sound gzip data", found: reason,
            advice: "the file is damaged; fetch it again")
    }
}
