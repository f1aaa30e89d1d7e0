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

    /// Columns that are centred and multiplied at once: four blocks of 128 samples of them stay in the second-level cache.
    private static let panelWidth = 1024

    /// Columns from which splitting numbers for the matrix units pays.
    private static let leastSplitColumns = 256

    /// Centred columns of all samples: as numbers, or each as two halves that add up to it.
    private struct Panel: Sendable {
        let buffer: FloatBuffer
        let isSplit: Bool
        let samples: Int
        let width: Int

        init(samples: Int, width: Int, isSplit: Bool) {
            buffer = FloatBuffer(count: samples * width)
            self.isSplit = isSplit
            self.samples = samples
            self.width = width
        }

        var high: UnsafeMutablePointer<UInt16> {
            UnsafeMutableRawPointer(buffer.pointer).assumingMemoryBound(to: UInt16.self)
        }
        var low: UnsafeMutablePointer<UInt16> { high + samples * width }
    }

    private static func multiply(
        _ values: FloatBuffer, _ steps: Int, samples n: Int, features: Int,
        into matrix: FloatBuffer
    ) {
        let pairs = blockPairs(of: n, size: 128)
        let columns = steps * features
        let width = min(panelWidth, columns)
        let panel = Panel(
            samples: n, width: width,
            isSplit: MatrixKernel.splitIsFast && columns >= leastSplitColumns)
        let mean = FloatBuffer(count: width)
        for first in stride(from: 0, to: columns, by: width) {
            let range = first..<min(first + width, columns)
            fill(panel, mean, with: range, of: values, features: features)
            Parallel.forEach(parts: pairs.count) { part in
                let (rows, others) = pairs[part]
                add(panel, rows, others, inner: range.count, to: matrix)
            }
        }
    }

    /// Products of two blocks of samples over the columns of a panel.
    ///
    /// Of split numbers, `(h + l)(h′ + l′)ᵀ` without `l l′ᵀ`, which is 2⁻¹⁶ of the whole.
    private static func add(
        _ panel: Panel, _ rows: Range<Int>, _ others: Range<Int>, inner: Int,
        to matrix: FloatBuffer
    ) {
        let n = panel.samples, width = panel.width
        let target = matrix.pointer + rows.lowerBound * n + others.lowerBound
        let i = rows.lowerBound * width, j = others.lowerBound * width
        guard panel.isSplit else {
            MatrixKernel.addProductOfRows(
                panel.buffer.pointer + i, rows: rows.count, panel.buffer.pointer + j,
                columns: others.count, inner: inner, stride: width, to: target, strideC: n)
            return
        }
        for (a, b) in [(panel.high, panel.high), (panel.high, panel.low), (panel.low, panel.high)] {
            MatrixKernel.addProductOfRows(
                a + i, rows: rows.count, b + j, columns: others.count, inner: inner, stride: width,
                to: target, strideC: n)
        }
    }

    /// Samples from whose mean the columns are counted. Any offset gives the same centred kernel; one near the mean keeps
    /// numbers small, and some tens of samples are enough for that.
    private static let meanSamples = 64

    /// Columns `range`, counted through all steps, less their mean over some samples.
    private static func fill(
        _ panel: Panel, _ mean: FloatBuffer, with range: Range<Int>, of values: FloatBuffer,
        features: Int
    ) {
        let n = panel.samples, width = panel.width
        let every = max(n / meanSamples, 1), counted = n / every
        var column = range.lowerBound
        while column < range.upperBound {
            let t = column / features, feature = column % features
            let length = min(range.upperBound - column, features - feature)
            let source = t * n * features + feature, offset = column - range.lowerBound
            Parallel.forEachRange(of: length, grain: 512) { part in
                let means = mean.pointer + offset
                rnv_sum_rows(
                    values.pointer + source + part.lowerBound, counted, every * features,
                    part.count, means + part.lowerBound)
                for i in part { means[i] /= Float(counted) }
            }
            Parallel.forEachRange(of: n, grain: 64) { part in
                let from = values.pointer + source + part.lowerBound * features
                let to = part.lowerBound * width + offset
                if panel.isSplit {
                    rnv_gram_split(
                        from, part.count, features, length, mean.pointer + offset,
                        panel.high + to, panel.low + to, width)
                } else {
                    rnv_gram_subtract(
                        from, part.count, features, length, mean.pointer + offset,
                        panel.buffer.pointer + to, width)
                }
            }
            column += length
        }
    }
}
