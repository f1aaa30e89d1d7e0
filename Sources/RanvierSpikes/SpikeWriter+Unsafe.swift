import RanvierTensors

/// Sets single bits of a spike tensor while it is made.
package struct SpikeWriter: @unchecked Sendable {
    // Shared by workers, each of which keeps to words of its own; see `Tensor.init(encoding:)`.
    private let bits: SpikeBits

    init(clearing bits: SpikeBits) {
        self.bits = bits
        bits.words.update(repeating: 0, count: bits.rows * bits.wordsPerRow)
    }

    /// Marks element `index` of row `row` as a spike.
    package func set(row: Int, index: Int) {
        precondition(
            row >= 0 && row < bits.rows && index >= 0 && index < bits.bitsPerRow,
            "spike (\(row), \(index)) outside \(bits.rows) × \(bits.bitsPerRow)")
        bits.words[row * bits.wordsPerRow + index >> 6] |= 1 << UInt64(index & 63)
    }

    /// Marks element `first + i` of a row as a spike where `isSpike(i)`.
    @inline(__always)
    func set(row: Int, from first: Int, count: Int, where isSpike: (Int) -> Bool) {
        precondition(
            row >= 0 && row < bits.rows && first >= 0 && first + count <= bits.bitsPerRow,
            "spikes of row \(row) outside \(bits.rows) × \(bits.bitsPerRow)")
        let words = bits.row(row)
        var i = 0
        while i < count {
            let position = first + i
            let shift = position & 63
            let length = min(64 - shift, count - i)
            var word: UInt64 = 0
            // Without a branch, which would be mispredicted half of the time.
            for k in 0..<length { word |= (isSpike(i + k) ? 1 : 0) &<< UInt64(shift + k) }
            words[position >> 6] |= word
            i += length
        }
    }
}

extension Tensor {
    /// A tensor of spikes, all zero but for what `write` sets.
    package init(spikesOfShape shape: [Int], _ write: (SpikeWriter) -> Void) {
        precondition(shape.count >= 1, "a single number cannot be stored as spikes")
        let bits = SpikeBits(rows: shape[0], bitsPerRow: shape.dropFirst().reduce(1, *))
        write(SpikeWriter(clearing: bits))
        self.init(shape: shape, spikes: bits)
    }

    /// A sequence `[steps] + values.shape` of spikes: `emit` gives the spikes of one element.
    ///
    /// Elements are cut at whole words, so that workers never share one.
    init(
        encoding values: Tensor, steps: Int,
        emit: @Sendable (_ value: Float, _ spike: (_ step: Int) -> Void) -> Void
    ) {
        let numbers = values.denseBuffer
        self.init(spikesOfShape: [steps] + values.shape) { writer in
            Parallel.forEachRange(of: numbers.count, grain: 16384) { range in
                for index in range {
                    emit(numbers.pointer[index]) { writer.set(row: $0, index: index) }
                }
            }
        }
    }

    /// Visits the elements that are not zero, rows in order, with the position inside the row.
    package func forEachSpike(
        inColumns columns: Range<Int>, _ body: (_ row: Int, _ index: Int) -> Void
    ) {
        guard let bits = packedAsSpikes.spikeBits, !columns.isEmpty else { return }
        precondition(columns.lowerBound >= 0 && columns.upperBound <= bits.bitsPerRow)
        withExtendedLifetime(bits) {
            for row in 0..<bits.rows {
                let words = bits.row(row)
                for position in columns.lowerBound >> 6...(columns.upperBound - 1) >> 6 {
                    var word = words[position]
                    while word != 0 {
                        let index = position << 6 + word.trailingZeroBitCount
                        word &= word - 1
                        if columns.contains(index) { body(row, index) }
                    }
                }
            }
        }
    }

    /// Position of the first number for which something holds; nil if there is none.
    func firstIndex(where holds: (Float) -> Bool) -> Int? {
        withUnsafeScalars { scalars in scalars.firstIndex(where: holds) }
    }
}
