import CRanvierKernels

/// The rows of a spike tensor in which each input spiked, in chunks of rows that fit the cache with their
/// gradients: the order in which a weight gradient visits spikes.
struct SpikeLists: @unchecked Sendable {
    /// Rows listed together.
    private static let chunkRows = 512

    private let inputs: Int
    private let lists: UnsafeMutablePointer<UInt16>
    private let starts: UnsafeMutablePointer<UInt32>
    private let offsets: [Int]
    // Own the memory.
    private let listMemory: FloatBuffer
    private let startMemory: FloatBuffer

    /// - Parameters:
    ///   - bits: a step per row, each `samples × inputs`.
    init(_ bits: SpikeBits, samples: Int, inputs: Int) {
        let rows = bits.rows * samples
        let chunks = (rows + Self.chunkRows - 1) / Self.chunkRows
        let form = rnv_spike_rows_t(
            words: bits.words, words_per_row: bits.wordsPerRow, samples: samples, inputs: inputs)
        var offsets = [0]
        for chunk in 0..<chunks {
            let first = chunk * Self.chunkRows
            let count = withUnsafePointer(to: form) {
                rnv_spike_rows_count($0, first, min(Self.chunkRows, rows - first))
            }
            offsets.append(offsets[chunk] + count + 4)  // the kernel writes a little past the end
        }
        listMemory = FloatBuffer(count: (offsets[chunks] + 1) / 2)
        startMemory = FloatBuffer(count: chunks * (inputs + 1))
        lists = UnsafeMutableRawPointer(listMemory.pointer).assumingMemoryBound(to: UInt16.self)
        starts = UnsafeMutableRawPointer(startMemory.pointer).assumingMemoryBound(to: UInt32.self)
        (self.inputs, self.offsets) = (inputs, offsets)
        nonisolated(unsafe) let (lists, starts) = (lists, starts)
        nonisolated(unsafe) let source = form
        Parallel.forEach(parts: chunks) { [offsets] chunk in
            let first = chunk * Self.chunkRows, count = min(Self.chunkRows, rows - first)
            let scratch = FloatBuffer(count: 2 * ((count + 63) / 64 * 64))
            withUnsafePointer(to: source) {
                rnv_spike_rows_by_input(
                    $0, first, count, starts + chunk * (inputs + 1), lists + offsets[chunk],
                    UnsafeMutableRawPointer(scratch.pointer).assumingMemoryBound(to: UInt64.self))
            }
        }
        withExtendedLifetime(bits) {}
    }

    /// `result[i, j] = Σ upstream[r, j]` over the rows in which input i spiked, row by row in order.
    ///
    /// - Parameters:
    ///   - upstream: of row 0; rows are `stride` apart.
    ///   - result: `inputs × stride`.
    func gather(
        _ upstream: UnsafePointer<Float>, stride: Int, to result: UnsafeMutablePointer<Float>
    ) {
        if offsets.count == 1 { result.update(repeating: 0, count: inputs * stride) }
        // Each part owns a range of inputs and columns, so that sums keep their order on any number of
        // threads; few parts, because each reads its columns of all gradients.
        let across = (stride + 127) / 128
        let length = max(64, (inputs * across + 3) / 4)
        let down = (inputs + length - 1) / length
        nonisolated(unsafe) let (upstream, result) = (upstream, result)
        Parallel.forEach(parts: down * across) { part in
            let from = part / across * length, column = part % across * 128
            for chunk in 0..<offsets.count - 1 {
                rnv_spike_weight_gradient(
                    starts + chunk * (inputs + 1), lists + offsets[chunk], chunk > 0 ? 1 : 0, from,
                    min(from + length, inputs), column, min(column + 128, stride),
                    upstream + chunk * Self.chunkRows * stride, stride, result)
            }
        }
    }
}
