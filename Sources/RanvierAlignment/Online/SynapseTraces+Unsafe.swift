import CRanvierKernels
import RanvierConfiguration
import RanvierNetworks
import RanvierTensors

/// What all-to-all synapses keep of a sequence that is learned from chunk by chunk: a trace for each input of each sample and,
/// where a read-out or an adaptive threshold remembers, a number for each synapse of each sample.
///
/// All of it is constant in the length of the sequence.
final class SynapseTraces {
    let samples: Int
    let inputs: Int
    let outputs: Int
    /// ε of every input, `[B, I]`; nil before the first chunk.
    private var trace: FloatBuffer?
    /// ē of every synapse, `[B, I, O]`; nil until a chunk has gone by.
    private var filtered: FloatBuffer?
    /// The eligibility of adaptation, `[B, I, O]`.
    private var adaptation: FloatBuffer?
    /// The sum so far, `[I, O]`.
    private(set) var gradient: Tensor?

    init(samples: Int, inputs: Int, outputs: Int) {
        self.samples = samples
        self.inputs = inputs
        self.outputs = outputs
    }

    /// Bytes that synapses of so many samples keep.
    static func bytes(
        samples: Int, inputs: Int, outputs: Int, filters: Bool, adapts: Bool
    ) -> Double {
        MemoryNeed.bytes(of: [samples, inputs, outputs])
            * Double((filters ? 1 : 0) + (adapts ? 1 : 0))
    }

    /// How the states of synapses go on over a chunk, as a gradient of theirs says it.
    struct Step {
        /// Of the chunk with the learning signal.
        let learning: OwnPast.Result
        /// With ē after the chunk in place of a loss; nil where no read-out remembers, or nothing comes after.
        let filtered: OwnPast.Result?
        /// With adaptation after the chunk in place of a loss.
        let adaptation: OwnPast.Result?
        /// α, κ to the power of the steps, and the weight of the input.
        let leak: Float
        let filterDecay: Float
        let inputScale: Float
        /// Whether more steps come.
        let goesOn: Bool
    }

    /// Learns from a chunk.
    ///
    /// - Parameter input: `[T, B, I]`.
    func learn(_ input: Tensor, _ step: Step) {
        let x = SequenceForm(input, inputs: inputs)
        add(x.product(step.learning.current))
        if let trace {
            let before = Tensor(shape: [samples, inputs], dense: trace)
            add(
                Tensor.weightGradient(
                    before, step.learning.before.membrane * step.inputScale))
        }
        // ē is led on before the adaptation that it takes from.
        let old = adaptation, hadAdaptation = adaptation != nil
        if let kept = step.learning.before.filtered, filtered != nil || step.filtered != nil {
            advance(
                &filtered, by: kept, along: step.filtered, decay: .all(step.filterDecay), x, step,
                other: hadAdaptation ? old : nil)
        }
        if let kept = step.learning.before.adaptation, adaptation != nil || step.adaptation != nil {
            advance(
                &adaptation, by: kept, along: step.adaptation,
                decay: .each(step.adaptation?.before.adaptation ?? kept), x, step, other: nil)
        }
        if step.goesOn {
            let before = trace.map { Tensor(shape: [1, samples, inputs], dense: $0) }
            trace = x.tensor.trace(leak: step.leak, after: before).denseBuffer
        }
    }

    private func add(_ part: Tensor) { gradient = gradient.map { $0 + part } ?? part }

    private enum Decay {
        case all(Float)
        case each(Tensor)
    }

    private func advance(
        _ kept: inout FloatBuffer?, by gradientOf: Tensor, along path: OwnPast.Result?,
        decay: Decay, _ x: SequenceForm, _ step: Step, other: FloatBuffer?
    ) {
        let isFresh = kept == nil
        let values = kept ?? FloatBuffer(count: samples * inputs * outputs)
        kept = values
        let sum = FloatBuffer(count: inputs * outputs)
        sum.pointer.update(repeating: 0, count: sum.count)
        let by = gradientOf.denseBuffer
        let summed = path.map { x.reduced($0.current) }
        let factor = summed?.denseBuffer
        let start = path.map { ($0.before.membrane * step.inputScale).denseBuffer }
        let past = trace ?? zeros
        let otherFactor = path?.before.adaptation?.denseBuffer
        let decays: FloatBuffer? = if case .each(let each) = decay { each.denseBuffer } else { nil }
        let single: Float = if case .all(let value) = decay { value } else { 0 }
        let (inputs, outputs, samples) = (inputs, outputs, samples)
        let steps = summed?.shape[0] ?? 0
        x.withKernelForm { form in
            nonisolated(unsafe) let form = form
            Parallel.forEachRange(of: inputs, grain: max(16, 8192 / max(outputs, 1))) { range in
                var e = rnv_eligibility_t()
                e.kept = values.pointer
                e.is_fresh = isFresh ? 1 : 0
                e.gradient_of = UnsafePointer(by.pointer)
                e.gradient = sum.pointer
                e.goes_on = step.goesOn && path != nil ? 1 : 0
                e.decay = single
                e.decays = decays.map { UnsafePointer($0.pointer) }
                if let other, let otherFactor {
                    e.other = UnsafePointer(other.pointer)
                    e.other_factor = UnsafePointer(otherFactor.pointer)
                }
                e.trace = UnsafePointer(past.pointer)
                e.trace_factor = start.map { UnsafePointer($0.pointer) }
                e.x = form
                e.x_factor = factor.map { UnsafePointer($0.pointer) }
                rnv_eligibility_advance(
                    &e, steps, samples, inputs, outputs, range.lowerBound, range.upperBound)
            }
        }
        withExtendedLifetime((by, factor, start, past, otherFactor, decays, other)) {}
        if !isFresh { add(Tensor(shape: [inputs, outputs], dense: sum)) }
    }

    private var zeros: FloatBuffer {
        let buffer = FloatBuffer(count: samples * inputs)
        buffer.pointer.update(repeating: 0, count: buffer.count)
        return buffer
    }
}

/// A chunk of inputs `[T, B, I]` as kernels read it: bits, numbers, or one step for all.
private struct SequenceForm {
    let tensor: Tensor
    let steps: Int
    private let inputs: Int
    private let isConstant: Bool

    init(_ input: Tensor, inputs: Int) {
        steps = input.shape[0]
        self.inputs = inputs
        isConstant = input.storageKind == .constantInTime
        let x = input.detached
        tensor = x.rank > 3 ? x.flattened(from: 2) : x
    }

    /// Σ_t x[t]ᵀ r[t], `[I, O]`.
    func product(_ r: Tensor) -> Tensor {
        if let step = tensor.constantStep {
            return Tensor.weightGradient(
                step.reshaped(to: [step.count / inputs, inputs]), r.sum(axes: [0]))
        }
        let outputs = r.shape[r.rank - 1]
        return Tensor.weightGradient(
            tensor, r.reshaped(to: [r.count / outputs, outputs]))
    }

    /// r of each step that has an input of its own: the sum where all steps are alike.
    func reduced(_ r: Tensor) -> Tensor {
        isConstant ? r.sum(axes: [0], keepingAxes: true) : r
    }

    func withKernelForm(_ body: (rnv_sequence_t) -> Void) { tensor.withSequenceForm(body) }
}

extension Tensor {
    /// Spikes `[T, B, N]` of the step before each, the first of them given, `[1, B, N]`; nil for none.
    func delayedByOneStep(after last: Tensor?) -> Tensor {
        let own = packedAsSpikes
        guard let bits = own.spikeBits else { return self }
        let delayed = SpikeBits(rows: bits.rows, bitsPerRow: bits.bitsPerRow)
        if let before = last?.packedAsSpikes.spikeBits {
            delayed.row(0).update(from: before.row(0), count: bits.wordsPerRow)
        } else {
            delayed.row(0).update(repeating: 0, count: bits.wordsPerRow)
        }
        if bits.rows > 1 {
            delayed.row(1).update(from: bits.row(0), count: (bits.rows - 1) * bits.wordsPerRow)
        }
        return Tensor(shape: shape, spikes: delayed)
    }
}
