import CRanvierKernels
import RanvierTensors

/// Memory of training steps, kept from step to step: scratch and gradients of each part of a batch.
struct ThetaWorkspace<Scalar: ThetaScalar>: Sendable {
    private var parts: [Part] = []
    private var capacity = 0
    private var batchCount = 0
    private var inputGradients = AlignedBlock<Scalar>(count: 0)
    private var masks = AlignedBlock<UInt64>(count: 0)
    private var sum = AlignedBlock<Scalar>(count: 0)
    /// The weights of all layers but the first, transposed.
    private var transposed: [AlignedBlock<Scalar>] = []

    /// Memory of one part of a batch.
    private struct Part: Sendable {
        var samples: Range<Int>
        var scratch: AlignedBlock<UInt8>
        /// Gradient of everything but the first weights.
        var gradient: AlignedBlock<Scalar>
        var neuronSpikes: AlignedBlock<UInt32>
    }

    /// The summed gradient of the last batch, in the layout of the parameters.
    var gradient: UnsafeBufferPointer<Scalar> { sum.buffer }
    /// The same, to be changed in place.
    var changedGradient: UnsafeMutablePointer<Scalar> { sum.pointer }

    /// Simulates a batch, with `backward` also its gradient (summed over samples).
    mutating func run(
        _ network: FastThetaNetwork<Scalar>, _ batch: ThetaBatch, backward: Bool
    ) throws(ExactError) -> ThetaOutcome {
        var needed = max(capacity, 2 * (network.sizes.dropFirst().max() ?? 1))
        while true {
            prepare(network, batch, capacity: min(needed, network.eventLimit))
            if let outcome = attempt(network, batch, backward: backward) { return outcome }
            guard needed < network.eventLimit else {
                throw .eventLimitReached(
                    limit: network.eventLimit, time: .nan, trial: network.trial)
            }
            needed *= 4
        }
    }

    /// The batch is cut by its size alone, so that sums have one order on any number of threads.
    private mutating func prepare(
        _ network: FastThetaNetwork<Scalar>, _ batch: ThetaBatch, capacity: Int
    ) {
        if capacity == self.capacity, batch.count == batchCount { return }
        self.capacity = capacity
        batchCount = batch.count
        let grain = max(25, (batch.count + 15) / 16)
        let neurons = network.sizes.dropFirst().reduce(0, +)
        let bytes = network.withShape(capacity: capacity) { Scalar.scratchBytes($0) }
        let tail = network.parameters.count - network.weightRange(0).upperBound
        parts = stride(from: 0, to: batch.count, by: grain).map {
            Part(
                samples: $0..<min($0 + grain, batch.count),
                scratch: AlignedBlock(count: bytes, zeroed: false),
                gradient: AlignedBlock(count: tail), neuronSpikes: AlignedBlock(count: neurons))
        }
        let bins = network.code.bins
        inputGradients = AlignedBlock(count: batch.count * (bins + 1) * network.stride(0))
        masks = AlignedBlock(count: network.sizes[0] * bins * ((batch.count + 63) / 64))
        sum = AlignedBlock(count: network.parameters.count)
        transposed = (1..<max(network.layerCount, 1)).map {
            AlignedBlock(count: network.sizes[$0 + 1] * network.stride($0 - 1))
        }
    }

    /// One try with the present capacity; nil where it was too small.
    private func attempt(
        _ network: FastThetaNetwork<Scalar>, _ batch: ThetaBatch, backward: Bool
    ) -> ThetaOutcome? {
        let n = batch.count, layers = network.layerCount
        let workspace = self
        let losses = AlignedBlock<Double>(count: n)
        let times = AlignedBlock<Double>(count: n * network.classCount)
        let spikes = AlignedBlock<UInt32>(count: n * layers)
        let early = AlignedBlock<UInt32>(count: n * layers)
        let failures = AlignedBlock<Int32>(count: parts.count)
        if backward { transpose(network) }
        Parallel.forEach(parts: parts.count) { index in
            let part = workspace.parts[index]
            part.neuronSpikes.pointer.update(repeating: 0, count: part.neuronSpikes.count)
            var report = rnv_exact_theta_report(
                losses: losses.pointer, times: times.pointer, spikes: spikes.pointer,
                early_spikes: early.pointer, neuron_spikes: part.neuronSpikes.pointer)
            failures.pointer[index] = workspace.run(
                network, batch, part: part, report: &report, backward: backward)
        }
        if failures.buffer.contains(where: { $0 != 0 }) { return nil }
        if backward { addUp(network, batch) }
        var counts = [Int](repeating: 0, count: network.sizes.dropFirst().reduce(0, +))
        for part in parts {
            for i in counts.indices { counts[i] += Int(part.neuronSpikes.pointer[i]) }
        }
        return ThetaOutcome(
            classCount: network.classCount, trial: network.trial, losses: Array(losses.buffer),
            times: Array(times.buffer), spikes: Array(spikes.buffer),
            earlySpikes: Array(early.buffer), neuronSpikes: counts)
    }

    private func transpose(_ network: FastThetaNetwork<Scalar>) {
        network.parameters.withBase { base in
            for (index, block) in transposed.enumerated() {
                Scalar.transpose(
                    base + network.weightRange(index + 1).lowerBound,
                    inputs: network.sizes[index + 1], neurons: network.sizes[index + 2],
                    to: block.pointer)
            }
        }
    }

    /// Runs the kernel on one part.
    private func run(
        _ network: FastThetaNetwork<Scalar>, _ batch: ThetaBatch, part: Part,
        report: UnsafePointer<rnv_exact_theta_report>, backward: Bool
    ) -> Int32 {
        let layers = 0..<network.layerCount
        // The gradient of a part has no first weights: positions are shifted by their number.
        let skipped = network.weightRange(0).upperBound
        if backward { part.gradient.pointer.update(repeating: 0, count: part.gradient.count) }
        return network.withShape(capacity: capacity) { shape in
            network.parameters.withBase { base in
                withBase(batch.pixels) { pixels in
                    withBase(batch.labels) { labels in
                        let weights = layers.map {
                            Optional(base + network.weightRange($0).lowerBound)
                        }
                        let phases = layers.map {
                            Optional(base + network.phaseRange($0).lowerBound)
                        }
                        let gradients = layers.map {
                            $0 == 0
                                ? nil
                                : part.gradient.pointer
                                    + (network.weightRange($0).lowerBound - skipped)
                        }
                        let phaseGradients = layers.map {
                            Optional(
                                part.gradient.pointer
                                    + (network.phaseRange($0).lowerBound - skipped))
                        }
                        let call = ThetaCall(
                            shape: shape, weights: weights,
                            transposed: [nil] + transposed.map { UnsafePointer($0.pointer) },
                            phases: phases, pixels: pixels, labels: labels, samples: part.samples,
                            scratch: part.scratch.pointer, report: report,
                            gradients: backward ? gradients : nil,
                            phaseGradients: phaseGradients,
                            inputGradients: inputGradients.pointer)
                        return Scalar.run(call)
                    }
                }
            }
        }
    }

    private func withBase<Element, Result>(
        _ array: [Element], _ body: (UnsafePointer<Element>) -> Result
    ) -> Result {
        array.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("an empty batch") }
            return body(base)
        }
    }

    /// Adds the gradients of the parts in order, and those of samples to the first weights.
    private func addUp(_ network: FastThetaNetwork<Scalar>, _ batch: ThetaBatch) {
        let first = network.weightRange(0).upperBound
        let tail = sum.pointer + first
        for (index, part) in parts.enumerated() {
            let from = part.gradient.pointer
            if index == 0 {
                tail.update(from: from, count: part.gradient.count)
            } else {
                Scalar.add(from, to: tail, count: part.gradient.count)
            }
        }
        // Events without a pulse have put something into the rows of zeros.
        for layer in 1..<max(network.layerCount, 1) {
            let range = network.weightRange(layer), stride = network.stride(layer)
            (sum.pointer + range.upperBound - stride).update(repeating: 0, count: stride)
        }
        let inputs = network.sizes[0], bins = network.code.bins
        withBase(batch.pixels) {
            rnv_exact_theta_masks($0, batch.count, inputs, bins, masks.pointer)
        }
        let workspace = self
        Parallel.forEachRange(of: inputs, grain: 98) { pixels in
            Scalar.inputGradient(
                masks: workspace.masks.pointer, samples: batch.count, bins: bins,
                stride: network.stride(0), from: workspace.inputGradients.pointer,
                pixels: pixels, to: workspace.sum.pointer)
        }
    }
}
