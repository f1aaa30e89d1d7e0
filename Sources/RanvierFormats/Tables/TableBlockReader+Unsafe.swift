import Foundation

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
    /// Whether reading failed at the length of the first row that was not handed out.
    private(set) var isRowTooLong = false

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
                isRowTooLong = true
                throw DataError(
                    .unsupported, at: source.path,
                    expected: "lines of at most \(Self.longestRow >> 20) MiB",
                    found: "a longer one that begins with \"\(beginning(of: block))\"",
                    advice: "check that this is a table, and that its quotation marks are closed")
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

/// Fills several blocks at once, on one thread at a time.
final class TableBlockFiller: @unchecked Sendable {
    private let reader: TableBlockReader
    var blocks: [TableBytes]
    /// Number of blocks that were filled; fewer than all at the end of the file or at a failure.
    private(set) var filled = 0
    private(set) var failure: DataError?

    init(_ reader: TableBlockReader, count: Int) {
        self.reader = reader
        blocks = (0..<count).map { _ in TableBytes() }
    }

    func fill() {
        filled = 0
        for block in blocks {
            do throws(DataError) {
                guard try reader.next(block) else { return }
            } catch {
                // Rows before it come first, as with smaller blocks.
                failure = error
                return
            }
            filled += 1
        }
    }
}
