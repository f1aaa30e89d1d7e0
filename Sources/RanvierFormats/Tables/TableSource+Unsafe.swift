import Foundation

/// The bytes of a table's file from front to back: unpacked, UTF-16 rewritten as UTF-8.
final class TableSource {
    let path: String
    private let reader: FileReader
    private let plain: FileHandle?
    private let size: Int
    private var transcoder: UTF16Transcoder?
    private var unpacked = 0

    /// Opens a file.
    ///
    /// - Throws: ``DataError`` of kind `missing` or `unreadable`.
    init(_ url: URL, encoding: TextEncoding? = nil) throws(DataError) {
        reader = try FileReader(url)
        path = reader.path
        do {
            plain = reader.isCompressed ? nil : try FileHandle(forReadingFrom: url)
        } catch {
            throw DataError(
                .unreadable, at: path, expected: "a readable file", found: "\(error)",
                advice: "check the permissions")
        }
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        size = (attributes?[.size] as? Int) ?? 0
        switch encoding {
        case .utf16LittleEndian: transcoder = UTF16Transcoder(isBigEndian: false)
        case .utf16BigEndian: transcoder = UTF16Transcoder(isBigEndian: true)
        case .utf8, .shiftJIS, .latin1, nil: break
        }
    }

    deinit { try? plain?.close() }

    /// The next bytes; fewer than `count` only at the end.
    func read(into target: UnsafeMutablePointer<UInt8>, count: Int) throws(DataError) -> Int {
        guard transcoder != nil else { return try readRaw(into: target, count: count) }
        var done = 0
        while done < count {
            let taken = transcoder?.take(into: target + done, count: count - done) ?? 0
            done += taken
            if done == count { break }
            var raw = [UInt8](repeating: 0, count: 1 << 16)
            var got = 0
            var failure: DataError?
            raw.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                do throws(DataError) {
                    got = try readRaw(into: base, count: buffer.count)
                } catch { failure = error }
            }
            if let failure { throw failure }
            let isEnd = got < raw.count
            if transcoder?.append(raw[..<got], isEnd: isEnd) == false {
                throw DataError(
                    .corrupt, at: path, expected: "text in UTF-16", found: "half a character",
                    advice: "set the encoding, or store the table in UTF-8")
            }
            if isEnd, transcoder?.isEmpty == true { break }
        }
        return done
    }

    /// The next bytes as an array.
    func bytes(upTo count: Int) throws(DataError) -> [UInt8] {
        let target = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
        defer { target.deallocate() }
        let got = try read(into: target, count: count)
        return Array(UnsafeBufferPointer(start: target, count: got))
    }

    private func readRaw(
        into target: UnsafeMutablePointer<UInt8>, count: Int
    ) throws(DataError) -> Int {
        guard let plain else { return try readUnpacked(into: target, count: count) }
        var done = 0
        while done < count {
            let got = Foundation.read(plain.fileDescriptor, target + done, count - done)
            if got == 0 { break }
            if got < 0 {
                if errno == EINTR { continue }
                throw DataError(
                    .unreadable, at: path, expected: "a readable file",
                    found: String(cString: strerror(errno)), advice: "check the disk")
            }
            done += got
        }
        return done
    }

    private func readUnpacked(
        into target: UnsafeMutablePointer<UInt8>, count: Int
    ) throws(DataError) -> Int {
        var done = 0
        while done < count {
            let bytes = try reader.read(upTo: min(count - done, 1 << 18))
            if bytes.isEmpty { break }
            bytes.withUnsafeBufferPointer { source in
                if let base = source.baseAddress {
                    (target + done).update(from: base, count: source.count)
                }
            }
            done += bytes.count
        }
        unpacked += done
        // Deflate cannot pack better than 1 : 1032; tables stay far from it.
        if unpacked > 16 << 20, unpacked / 1000 > size {
            throw DataError(
                .unsupported, at: path, expected: "a table in gzip of at most 1000 times its size",
                found: "more than \(unpacked) bytes unpacked from \(size)",
                advice: "unpack the file and check that it is a table")
        }
        return done
    }
}

/// UTF-16 to UTF-8, piece by piece.
struct UTF16Transcoder {
    private let isBigEndian: Bool
    private var left: [UInt8] = []
    private var output: [UInt8] = []
    private var position = 0
    private var isAtStart = true

    init(isBigEndian: Bool) { self.isBigEndian = isBigEndian }

    var isEmpty: Bool { position == output.count }

    /// Takes up bytes; false where they are no UTF-16.
    mutating func append(_ bytes: some Collection<UInt8>, isEnd: Bool) -> Bool {
        output.removeFirst(position)
        position = 0
        left += bytes
        var index = 0
        func unit(_ at: Int) -> UInt16 {
            let (first, second) = (UInt16(left[at]), UInt16(left[at + 1]))
            return isBigEndian ? first << 8 | second : second << 8 | first
        }
        while index + 1 < left.count {
            var code = UInt32(unit(index))
            if (0xd800..<0xdc00).contains(code) {
                guard index + 3 < left.count else { break }
                let low = UInt32(unit(index + 2))
                guard (0xdc00..<0xe000).contains(low) else { return false }
                code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
                index += 2
            }
            index += 2
            guard let scalar = Unicode.Scalar(code) else { return false }
            let isMark = isAtStart && code == 0xfeff
            isAtStart = false
            if !isMark { output += UTF8.encode(scalar).map { [UInt8]($0) } ?? [] }
        }
        left.removeFirst(index)
        return !isEnd || left.isEmpty
    }

    /// All that is ready.
    mutating func takeAll() -> [UInt8] {
        defer { position = output.count }
        return Array(output[position...])
    }

    /// Hands out what is ready.
    mutating func take(into target: UnsafeMutablePointer<UInt8>, count: Int) -> Int {
        let taken = min(count, output.count - position)
        output.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { target.update(from: base + position, count: taken) }
        }
        position += taken
        return taken
    }
}
