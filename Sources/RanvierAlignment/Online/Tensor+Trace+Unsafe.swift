import CRanvierKernels
import RanvierNetworks
import RanvierTensors

extension Tensor {
    /// The trace after all steps of a sequence `[T, B, …]`, `[1, B, …]`.
    ///
    ///     ε ← λ ε + x
    func trace(leak: Float, after before: Tensor?) -> Tensor {
        let columns = shape.dropFirst().reduce(1, *), steps = shape[0]
        let trace = FloatBuffer(count: columns)
        if let old = before?.denseBuffer {
            trace.pointer.update(from: old.pointer, count: columns)
        } else {
            trace.pointer.update(repeating: 0, count: columns)
        }
        withSequenceForm { form in
            nonisolated(unsafe) let form = form
            Parallel.forEachRange(of: columns, grain: 16384) { range in
                rnv_trace_advance(
                    leak, steps, form, range.lowerBound, range.upperBound, trace.pointer)
            }
        }
        return Tensor(shape: [1] + shape.dropFirst(), dense: trace)
    }

    /// What traces hold of the steps before each of a sequence `[T, B, …]`, of the same shape, and the traces behind it.
    ///
    ///     earlier[t] = λ x̄[t−1],   x̄[t] = earlier[t] + x[t], or of the last event alone x[t] where that is not 0
    func earlierTraces(
        leak: Float, form: SpikeTrace.Form, after before: Tensor?
    ) -> (earlier: Tensor, after: Tensor) {
        let columns = shape.dropFirst().reduce(1, *), steps = shape[0]
        let trace = FloatBuffer(count: columns), earlier = FloatBuffer(count: steps * columns)
        if let old = before?.denseBuffer {
            trace.pointer.update(from: old.pointer, count: columns)
        } else {
            trace.pointer.update(repeating: 0, count: columns)
        }
        withSequenceForm { sequence in
            nonisolated(unsafe) let sequence = sequence
            Parallel.forEachRange(of: columns, grain: 8192) { range in
                rnv_trace_sequence(
                    leak, form == .last ? 1 : 0, steps, columns, sequence, range.lowerBound,
                    range.upperBound, trace.pointer, earlier.pointer)
            }
        }
        return (
            Tensor(shape: shape, dense: earlier),
            Tensor(shape: Array(shape.dropFirst()), dense: trace)
        )
    }

    /// A sequence as kernels read it: bits, numbers, or one step for all.
    func withSequenceForm(_ body: (rnv_sequence_t) -> Void) {
        var form = rnv_sequence_t()
        if let bits = spikeBits {
            form.words = UnsafePointer(bits.words)
            form.words_per_row = bits.wordsPerRow
            withExtendedLifetime(bits) { body(form) }
        } else {
            let (buffer, stride) = stepBuffer
            form.numbers = UnsafePointer(buffer.pointer)
            form.stride = stride
            withExtendedLifetime(buffer) { body(form) }
        }
    }
}
