import CRanvierKernels
import RanvierTensors

extension KernelMatrix {
    /// The linear kernel of all steps of `[T, B, features…]` together.
    init(joining sequence: Tensor) {
        let n = sequence.shape[1], steps = sequence.shape[0]
        let features = sequence.shape.dropFirst(2).reduce(1, *)
        let matrix = FloatBuffer(count: n * n)
        matrix.pointer.update(repeating: 0, count: matrix.count)
        if let bits = sequence.spikeBits {
            Self.count(bits, samples: n, features: features, into: matrix)
        } else if let step = sequence.constantStep {
            Self.multiply(step.denseBuffer, 1, samples: n, features: features, into: matrix)
            for i in 0..<matrix.count { matrix.pointer[i] *= Float(steps) }
        } else {
            Self.multiply(
                sequence.denseBuffer, steps, samples: n, features: features, into: matrix)
        }
        self.init(count: n, upper: Tensor(shape: [n, n], dense: matrix))
    }

    /// Blocks of samples that a part of the work compares: pairs on and above the diagonal.
    private static func blockPairs(
        of count: Int, size: Int
    ) -> [(rows: Range<Int>, columns: Range<Int>)] {
        let blocks = stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
        return blocks.indices.flatMap { i in blocks[i...].map { (blocks[i], $0) } }
    }

    // MARK: - Spikes

    /// Spikes that samples share: each sample's steps behind one another in whole words, then bits of pairs counted.
    private static func count(
        _ bits: SpikeBits, samples n: Int, features: Int, into matrix: FloatBuffer
    ) {
        let wordsPerStep = (features + 63) / 64, words = wordsPerStep * bits.rows
        let packed = SpikeBits(rows: n, bitsPerRow: words * 64)
        Parallel.forEachRange(of: n, grain: 32) { range in
            for sample in range {
                for t in 0..<bits.rows {
                    rnv_gram_pack(
                        bits.row(t), sample * features, features,
                        packed.row(sample) + t * wordsPerStep)
                }
            }
        }
        let pairs = blockPairs(of: n, size: 64)
        Parallel.forEach(parts: pairs.count) { part in
            let (rows, columns) = pairs[part]
            rnv_gram_spikes(
                packed.row(rows.lowerBound), rows.count, packed.row(columns.lowerBound),
                columns.count, words, matrix.pointer + rows.lowerBound * n + columns.lowerBound, n)
        }
    }

    // MARK: - Numbers

    /// Columns `[T, B, features]`, counted through all steps, less their mean over some samples.
    private struct CenteredColumns: Sendable {
        let values: FloatBuffer
        let samples: Int
        let features: Int

        /// Samples from whose mean the columns are counted. Any offset gives the same centred kernel; one near the
        /// mean keeps numbers small, and some tens of samples are enough for that.
        private static let meanSamples = 64

        /// Calls `body` with pieces of the columns that lie in one step: where they begin in the values and in `range`.
        private func forEachPiece(
            of range: Range<Int>, _ body: (_ source: Int, _ offset: Int, _ length: Int) -> Void
        ) {
            var column = range.lowerBound
            while column < range.upperBound {
                let t = column / features, feature = column % features
                let length = min(range.upperBound - column, features - feature)
                body(t * samples * features + feature, column - range.lowerBound, length)
                column += length
            }
        }

        func means(of range: Range<Int>, to mean: FloatBuffer) {
            let every = max(samples / Self.meanSamples, 1), counted = samples / every
            forEachPiece(of: range) { source, offset, length in
                rnv_sum_rows(
                    values.pointer + source, counted, every * features, length,
                    mean.pointer + offset)
            }
            for i in range.indices { mean.pointer[i - range.lowerBound] /= Float(counted) }
        }

        func write(
            _ rows: Range<Int>, _ range: Range<Int>, less mean: FloatBuffer,
            to result: UnsafeMutablePointer<Float>, stride: Int
        ) {
            forEachPiece(of: range) { source, offset, length in
                rnv_gram_subtract(
                    values.pointer + source + rows.lowerBound * features, rows.count, features,
                    length, mean.pointer + offset, result + offset, stride)
            }
        }
    }

    private static let hasTiles = rnv_has_tiles() != 0

    /// Columns from which rounding to whole numbers, whose errors cancel over many, is as good as single precision.
    private static let leastWholeColumns = 4096

    private static func multiply(
        _ values: FloatBuffer, _ steps: Int, samples n: Int, features: Int,
        into matrix: FloatBuffer
    ) {
        let source = CenteredColumns(values: values, samples: n, features: features)
        let columns = steps * features
        if hasTiles && columns >= leastWholeColumns {
            multiplyTiles(source, columns, into: matrix)
        } else {
            multiplyNumbers(source, columns, into: matrix)
        }
    }

    /// Products of panels whose four blocks of 128 samples stay in the second-level cache.
    private static func multiplyNumbers(
        _ source: CenteredColumns, _ columns: Int, into matrix: FloatBuffer
    ) {
        let n = source.samples, width = min(1024, columns)
        let pairs = blockPairs(of: n, size: 128)
        let panel = FloatBuffer(count: n * width), mean = FloatBuffer(count: width)
        for first in stride(from: 0, to: columns, by: width) {
            let range = first..<min(first + width, columns)
            source.means(of: range, to: mean)
            Parallel.forEachRange(of: n, grain: 64) { rows in
                source.write(
                    rows, range, less: mean, to: panel.pointer + rows.lowerBound * width,
                    stride: width)
            }
            Parallel.forEach(parts: pairs.count) { part in
                let (rows, others) = pairs[part]
                MatrixKernel.addProductOfRows(
                    panel.pointer + rows.lowerBound * width, rows: rows.count,
                    panel.pointer + others.lowerBound * width, columns: others.count,
                    inner: range.count, stride: width,
                    to: matrix.pointer + rows.lowerBound * n + others.lowerBound, strideC: n)
            }
        }
    }

    /// Products of whole numbers by the matrix units, in panels of which 32 samples stay in the first-level cache and all
    /// in the second.
    private static func multiplyTiles(
        _ source: CenteredColumns, _ columns: Int, into matrix: FloatBuffer
    ) {
        let n = source.samples, width = Int(RNV_GRAM_WIDTH)
        let stripes = (n + 31) / 32
        let bytes = FloatBuffer(count: rnv_gram_tiles_bytes(n) / 4)
        nonisolated(unsafe) let panel = UnsafeMutableRawPointer(bytes.pointer)
            .assumingMemoryBound(to: Int8.self)
        let units = FloatBuffer(count: 32 * stripes)
        let sums = FloatBuffer(count: rnv_gram_tiles_sums(n))
        sums.pointer.update(repeating: 0, count: sums.count)
        let mean = FloatBuffer(count: width)
        for first in stride(from: 0, to: columns, by: width) {
            let range = first..<min(first + width, columns)
            source.means(of: range, to: mean)
            Parallel.forEachRange(of: 2 * stripes, grain: 4) { blocks in
                let rows = FloatBuffer(count: 16 * width)
                for block in blocks {
                    let there = min(16 * block, n)..<min(16 * block + 16, n)
                    if there.count < 16 || range.count < width {
                        rows.pointer.update(repeating: 0, count: rows.count)
                    }
                    source.write(there, range, less: mean, to: rows.pointer, stride: width)
                    rnv_gram_tiles_pack(rows.pointer, block, panel, units.pointer)
                }
            }
            Parallel.forEach(parts: stripes) {
                rnv_gram_tiles_add(panel, units.pointer, n, $0, sums.pointer)
            }
        }
        for stripe in 0..<stripes {
            rnv_gram_tiles_unpack(sums.pointer, n, stripe, matrix.pointer)
        }
        withExtendedLifetime(bytes) {}
    }
}
