import CRanvierKernels
import RanvierTensors

/// Neurons that hear each other: samples are independent, so each part of the batch runs through time by
/// itself.
extension PopulationRun {
    /// Whether the neurons are leaky integrate-and-fire and nothing else, which have a kernel of their own.
    var isPlain: Bool {
        numbers.recurrence != nil && numbers.isPlain && dynamics.refractorySteps == 0
            && dynamics.inputScale == .unit && dynamics.detachesReset && dynamics.surrogate.isKernel
            && dynamics.membrane == nil
            // The kernel sees a spike in the membrane before a delayed reset; a given state may differ.
            && (dynamics.reset != .softDelayed || initialShowsSpikes)
    }

    /// Samples are independent of each other, so each part runs through time by itself.
    func forwardRecurrent(
        _ state: StateBuffers, _ source: (buffer: FloatBuffer, stride: Int), _ recurrence: Tensor
    ) {
        if isPlain { return forwardPlain(state, source, recurrence) }
        let weights = recurrence.paddingColumns()
        let matrix = weights.denseBuffer, stride = weights.shape[1], bits = spikes.spikeBits
        Parallel.forEachRange(of: samples, grain: sampleGrain) { range in
            let from = range.lowerBound * perSample, to = range.upperBound * perSample
            let input = FloatBuffer(count: to - from)
            let before = spikesBefore(from..<to)
            numbers.withKernelForm(dynamics) { form in
                var buffers = state.kernelForm, record = record
                for t in 0..<steps {
                    let row = source.buffer.pointer + t * source.stride + from
                    let words = t > 0 ? bits?.row(t - 1) : before?.row(0)
                    if let words {
                        rnv_spike_product(
                            words, t > 0 ? from : 0, range.count, perSample, matrix.pointer,
                            stride, perSample, nil, nil, input.pointer)
                        rnv_add(input.pointer, 1, row, 1, input.pointer, to - from)
                    } else {
                        input.pointer.update(from: row, count: to - from)
                    }
                    // The kernel counts columns from the first sample of the batch.
                    rnv_population_forward(
                        form, t, t + 1, columns, from, to, input.pointer - from, 0, &buffers,
                        &record)
                }
            }
        }
    }

    /// Samples in a part: enough for an efficient product, and whole words of spikes.
    private var sampleGrain: Int {
        let least = 64 >> min(perSample.trailingZeroBitCount, 6)
        return (max(samples / 4, min(samples, 16)) + least - 1) / least * least
    }

    private func forwardPlain(
        _ state: StateBuffers, _ source: (buffer: FloatBuffer, stride: Int), _ recurrence: Tensor
    ) {
        guard let bits = spikes.spikeBits else { preconditionFailure("spikes are stored as bits") }
        let weights = recurrence.paddingColumns()
        // Products on matrix units add in another order. An answer shall have the same bits for a step and a
        // sequence, a sample and a batch; training needs speed.
        let tiles = isTracked ? TiledWeights(recurrence) : nil
        let matrix = weights.denseBuffer, stride = weights.shape[1]
        let kept = membrane?.denseBuffer
        let neuron = numbers.plainForm(dynamics)
        Parallel.forEachRange(of: samples, grain: sampleGrain) { range in
            let from = range.lowerBound * perSample, to = range.upperBound * perSample
            let scratch = FloatBuffer(count: 2 * (to - from) + 128), tileScratch = tiles?.scratch()
            let before = spikesBefore(from..<to)
            withUnsafePointer(to: neuron) { neuron in
                rnv_recurrent_forward(
                    neuron, steps, columns, from, to, perSample, source.buffer.pointer,
                    source.stride, matrix.pointer, stride, tiles?.pointer,
                    tileScratch?.pointer, before?.row(0), bits.words, bits.wordsPerRow,
                    kept?.pointer, state.membrane.pointer, scratch.pointer)
            }
            withExtendedLifetime((scratch, tileScratch, before)) {}
            rnv_spikes_unpack(
                bits.row(steps - 1), from, to - from, state.last.pointer + from)
        }
    }

    /// Spikes of some columns before the first step, where there were any.
    private func spikesBefore(_ range: Range<Int>) -> SpikeBits? {
        initial.flatMap {
            Tensor(
                shape: [1, range.count],
                dense: FloatBuffer(copying: $0.last.detached.denseBuffer, range)
            ).packedAsSpikes.spikeBits
        }
    }

    func backwardRecurrent(
        _ pass: @Sendable () -> rnv_population_backward_t, _ toCurrent: FloatBuffer,
        _ carry: StateBuffers, _ weights: FloatBuffer
    ) {
        Parallel.forEachRange(of: samples, grain: sampleGrain) { range in
            let from = range.lowerBound * perSample, to = range.upperBound * perSample
            numbers.withKernelForm(dynamics) { form in
                var pass = pass()
                for t in stride(from: steps - 1, through: 0, by: -1) {
                    rnv_population_backward(form, t, t + 1, columns, from, to, &pass)
                    guard !isLocalInTime, t > 0 || initial != nil else { continue }
                    MatrixKernel.multiply(
                        toCurrent.pointer + t * columns + from, rows: range.count,
                        inner: perSample, weights.pointer, columns: perSample,
                        to: carry.last.pointer + from, adds: true)
                }
            }
        }
    }

    func backwardPlain(
        _ toCurrent: FloatBuffer, _ carry: StateBuffers, _ transposed: Tensor, _ upstream: Tensor?
    ) {
        guard let bits = spikes.spikeBits, let kept = membrane?.denseBuffer,
            case .kernel(let surrogate) = dynamics.surrogate.form
        else { preconditionFailure("a plain run keeps its membrane") }
        let weights = transposed.denseBuffer, tiles = TiledWeights(transposed)
        let upstream = SpikeUpstream(upstream)
        let neuron = numbers.plainForm(dynamics)
        Parallel.forEachRange(of: samples, grain: sampleGrain) { range in
            let from = range.lowerBound * perSample, to = range.upperBound * perSample
            var pass = rnv_lif_backward_t()
            upstream.fill(&pass)
            pass.membrane = UnsafePointer(kept.pointer)
            pass.words = UnsafePointer(bits.words)
            pass.words_per_row = bits.wordsPerRow
            pass.surrogate = surrogate
            pass.current_gradient = toCurrent.pointer
            let scratch = tiles?.scratch()
            for t in stride(from: steps - 1, through: 0, by: -1) {
                withUnsafePointer(to: neuron) { neuron in
                    rnv_recurrent_backward_step(
                        neuron, t, columns, from, to, &pass, carry.last.pointer,
                        carry.membrane.pointer)
                }
                guard t > 0 || initial != nil else { continue }
                let gradient = toCurrent.pointer + t * columns + from
                if let tiles, let scratch {
                    tiles.multiply(
                        gradient, count: range.count, scratch: scratch,
                        to: carry.last.pointer + from)
                } else {
                    MatrixKernel.multiply(
                        gradient, rows: range.count, inner: perSample, weights.pointer,
                        columns: perSample, to: carry.last.pointer + from, adds: false)
                }
            }
        }
    }

    /// Σ_t s[t−1]ᵀ ∂L/∂i[t].
    func recurrenceGradient(_ toCurrent: Tensor) -> Tensor {
        let rows = samples, matrix = [perSample, perSample]
        var sum = Tensor.zeros(matrix)
        if steps > 1 {
            let earlier = spikes.slice(0..<steps - 1).reshaped(to: [steps - 1, rows, perSample])
            sum = Tensor.weightGradient(
                earlier, toCurrent.reshaped(to: [steps * rows, perSample]), skipping: rows)
        }
        guard let last = initial?.last.detached else { return sum }
        let first = toCurrent.slice(0..<1).reshaped(to: [rows, perSample])
        return sum
            + Tensor.weightGradient(last.reshaped(to: [rows, perSample]), first)
    }
}
