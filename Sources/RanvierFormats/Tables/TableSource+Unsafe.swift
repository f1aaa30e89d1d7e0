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

/// Complete rows of a file as bytes; a line feed and zeros follow them.
final class TableBytes: @unchecked Sendable {
    fileprivate(set) var start = UnsafeMutablePointer<UInt8>.allocate(capacity: 16)
    fileprivate var capacity = 16
    fileprivate(set) var count = 0

    deinit { start.deallocate() }

    fileprivate func reserve(_ needed: Int) {
        guard needed + 16 > capacity else { return }
        let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: needed + 16)
        grown.update(from: start, count: count)
        start.deallocate()
        start = grown
        capacity = needed + 16
    }

    fileprivate func seal() {
        start[count] = 10
        (start + count + 1).update(repeating: 0, count: 15)
    }
}

/// Cuts a file into blocks of complete rows.
final class TableBlockReader {
    /// Most bytes of a row.
    static let longestRow = 64 << 20

    private let source: TableSource
    private let blockSize: Int
    private let quote: UInt8
    private let separator: UInt8
    private var rest: [UInt8] = []
    private var isOver = false

    /// - Parameter offset: Bytes before the first row, as ``TableSource`` hands them out.
    init(
        _ source: TableSource, offset: Int, blockSize: Int, separator: UInt8, quote: UInt8
    ) throws(DataError) {
        self.source = source
        self.blockSize = blockSize
        self.separator = separator
        self.quote = quote
        let skipped = TableBytes()
        skipped.reserve(min(offset, 1 << 20))
        var left = offset
        while left > 0 {
            let got = try source.read(into: skipped.start, count: min(left, 1 << 20))
            if got == 0 { break }
            left -= got
        }
    }

    /// Fills a block; false at the end of the file.
    ///
    /// - Parameter firstLine: Line of the file at which the block starts if it is known, for messages.
    func next(_ block: TableBytes) throws(DataError) -> Bool {
        if isOver { return false }
        block.count = 0
        block.reserve(rest.count + blockSize)
        block.start.update(from: rest, count: rest.count)
        block.count = rest.count
        rest.removeAll(keepingCapacity: true)
        var step = blockSize
        while true {
            block.reserve(block.count + step)
            let got = try source.read(into: block.start + block.count, count: step)
            block.count += got
            if got < step {
                isOver = true
                break
            }
            let end = rowEnd(block)
            if end > 0 {
                rest.append(
                    contentsOf: UnsafeBufferPointer(
                        start: block.start + end, count: block.count - end))
                block.count = end
                break
            }
            guard block.count <= Self.longestRow else {
                throw DataError(
                    .unsupported, at: source.path,
                    expected: "lines of at most \(Self.longestRow >> 20) MiB",
                    found: "a longer one that begins with \"\(beginning(of: block))\"",
                    advice: "check that this is a table, and its quotation marks")
            }
            step = block.count
        }
        block.seal()
        return block.count > 0
    }

    private func beginning(of block: TableBytes) -> String {
        String(
            decoding: UnsafeBufferPointer(start: block.start, count: min(block.count, 40)),
            as: UTF8.self
        ).replacing("\n", with: " ")
    }

    /// The end of the last complete row; 0 if there is none.
    private func rowEnd(_ block: TableBytes) -> Int {
        let bytes = block.start, count = block.count
        if memchr(bytes, Int32(quote), count) != nil { return quotedRowEnd(bytes, count) }
        var index = count
        while index > 0 {
            if bytes[index - 1] == 10 { return index }
            index -= 1
        }
        // A carriage return at the very end may be the first half of CRLF.
        index = count - 1
        while index > 0 {
            if bytes[index - 1] == 13 { return index }
            index -= 1
        }
        return 0
    }

    private func quotedRowEnd(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
        var end = 0, index = 0
        var isAtStart = true
        while index < count {
            let byte = bytes[index]
            index += 1
            if byte == separator {
                isAtStart = true
            } else if byte == 10 {
                isAtStart = true
                end = index
            } else if byte == 13 {
                isAtStart = true
                if index < count, bytes[index] != 10 { end = index }
            } else if byte == quote, isAtStart {
                isAtStart = false
                // To the closing mark; a doubled one stays inside.
                while true {
                    while index < count, bytes[index] != quote { index += 1 }
                    index += 1
                    guard index < count, bytes[index] == quote else { break }
                    index += 1
                }
            } else if byte != 32 && byte != 9 {
                isAtStart = false
            }
        }
        return end
    }
}
