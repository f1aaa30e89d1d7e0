import CRanvierKernels

/// Spikes at one bit per element.
///
/// A row is everything behind the first axis of the tensor (for a sequence: one time step of the
/// whole batch). Each row starts on a 64-bit word; element `i` of a row is bit `i % 64` of its word
/// `i / 64`; bits past the end of a row are zero. So a step is a slice without a copy, workers that
/// cut a row at multiples of 64 never touch the same word, and reshaping behind the first axis is free.
package final class SpikeBits: @unchecked Sendable {
    /// Number of rows: the tensor's first axis.
    package let rows: Int
    /// Elements in a row.
    package let bitsPerRow: Int
    /// 64-bit words that a row occupies.
    package let wordsPerRow: Int
    package let words: UnsafeMutablePointer<UInt64>
    private let owner: SpikeBits?
    private let meter: MemoryMeter?

    /// Memory for `rows` rows, undefined until written.
    package init(rows: Int, bitsPerRow: Int) {
        self.rows = rows
        self.bitsPerRow = bitsPerRow
        wordsPerRow = (bitsPerRow + 63) / 64
        words = BufferPool.shared.take(bytes: rows * wordsPerRow * 8)
            .assumingMemoryBound(to: UInt64.self)
        owner = nil
        meter = MemoryMeter.current
        meter?.add(BufferPool.sizeClass(of: rows * wordsPerRow * 8))
    }

    /// Rows `range` of another block, sharing its memory.
    package init(rows range: Range<Int>, of other: SpikeBits) {
        precondition(range.lowerBound >= 0 && range.upperBound <= other.rows, "rows out of range")
        rows = range.count
        bitsPerRow = other.bitsPerRow
        wordsPerRow = other.wordsPerRow
        words = other.words + range.lowerBound * other.wordsPerRow
        owner = other.owner ?? other
        meter = nil
    }

    deinit {
        guard owner == nil else { return }
        meter?.remove(BufferPool.sizeClass(of: rows * wordsPerRow * 8))
        BufferPool.shared.giveBack(words, bytes: rows * wordsPerRow * 8)
    }

    /// First word of a row.
    package func row(_ index: Int) -> UnsafeMutablePointer<UInt64> { words + index * wordsPerRow }

    /// Number of spikes in each row.
    package var countPerRow: [Int] {
        (0..<rows).map { Int(rnv_spikes_count(row($0), wordsPerRow)) }
    }

    /// Number of spikes in all rows.
    package var count: Int { Int(rnv_spikes_count(words, rows * wordsPerRow)) }

    /// Whether element `index` of row `row` spiked.
    package subscript(row row: Int, index index: Int) -> Bool {
        (words[row * wordsPerRow + index >> 6] >> UInt64(index & 63)) & 1 == 1
    }

    /// Writes 0 or 1 for elements of the whole block, counted through all rows.
    func unpack(from first: Int, count: Int, to result: UnsafeMutablePointer<Float>) {
        var done = 0
        while done < count {
            let row = (first + done) / bitsPerRow, bit = (first + done) % bitsPerRow
            let length = min(count - done, bitsPerRow - bit)
            rnv_spikes_unpack(self.row(row), bit, length, result + done)
            done += length
        }
    }
}
