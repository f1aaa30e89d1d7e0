import Foundation
import RanvierConfiguration
import RanvierTensors

/// Memory that a training step needs, as a function of the batch.
///
///     bytes(B) = fixed + B · perSample
///
/// Measured on two small batches; tensors of layers grow linearly with the batch.
public struct MemoryPrediction: Sendable, Hashable {
    /// Bytes that do not depend on the batch: parameters, their gradients, what optimisers keep.
    public var fixedBytes: Double
    /// Bytes for each sample.
    public var bytesPerSample: Double

    /// Predicted peak for a batch.
    public func peakBytes(batch: Int) -> Int {
        Int(min(fixedBytes + bytesPerSample * Double(batch), 0x1p62).rounded())
    }

    /// Largest batch that fits into a number of bytes; 0 if none does.
    public func largestBatch(within bytes: Int) -> Int {
        guard Double(bytes) > fixedBytes, bytesPerSample > 0 else { return 0 }
        return Int(min((Double(bytes) - fixedBytes) / bytesPerSample, 0x1p62))
    }

    /// Stops before a run that would not fit.
    ///
    /// - Parameter available: bytes that may be used; the memory of the machine unless given.
    /// - Throws: ``MemoryError``.
    public func check(
        batch: Int, available: Int = Int(ProcessInfo.processInfo.physicalMemory)
    ) throws(MemoryError) {
        let needed = peakBytes(batch: batch)
        guard needed > available else { return }
        throw MemoryError(
            neededBytes: needed, availableBytes: available, batch: batch,
            largestBatch: largestBatch(within: available))
    }
}

/// A run that would need more memory than there is.
public struct MemoryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Predicted peak.
    public var neededBytes: Int
    /// Bytes there are.
    public var availableBytes: Int
    /// Samples in a batch.
    public var batch: Int
    /// Largest batch that would fit.
    public var largestBatch: Int

    /// What is needed, what is there, and what to try.
    public var description: String {
        func mebibytes(_ bytes: Int) -> Int { bytes >> 20 }
        let advice =
            largestBatch > 0
            ? "a batch of at most \(largestBatch), fewer steps, or 'recomputed' layers would fit"
            : "even one sample does not fit; use fewer steps, a smaller network, or 'recomputed' layers"
        return
            "a training step with a batch of \(batch) needs about \(mebibytes(neededBytes)) MiB, "
            + "but there are \(mebibytes(availableBytes)) MiB: \(advice)"
    }
}

extension Network {
    /// Predicts the memory of a training step.
    ///
    /// Runs two small training steps; parameters and running values stay as they are.
    ///
    /// - Parameters:
    ///   - steps: T.
    ///   - isConstantInput: whether inputs are constant in time (direct coding), which are stored once.
    ///   - optimizerSlots: numbers that the optimiser keeps per weight: 1 for momentum, 2 for Adam.
    public func predictedMemory(
        steps: Int, isConstantInput: Bool = false, optimizerSlots: Int = 2
    ) -> MemoryPrediction {
        let (few, many) = (2, 4)
        let kept = parameters.map(\.value)
        defer { for (parameter, value) in zip(parameters, kept) { parameter.value = value } }
        let low = Double(peak(batch: few, steps, isConstantInput))
        let high = Double(peak(batch: many, steps, isConstantInput))
        let slope = max(0, (high - low) / Double(many - few))
        let numbers = parameters.reduce(0) { $0 + $1.shape.elementCount }
        let slots = trainableParameters.reduce(0) { $0 + $1.shape.elementCount } * optimizerSlots
        let fixed = max(0, low - slope * Double(few)) + Double((numbers + slots) * 4)
        return MemoryPrediction(fixedBytes: fixed, bytesPerSample: slope)
    }

    /// Refuses a training step that cannot fit: weights with their gradients and what the optimiser keeps, and the states
    /// that the largest layer with a memory keeps of all steps.
    ///
    /// It is told from the sizes alone, before anything runs.
    ///
    /// - Throws: `MemoryNeedError`.
    public func requireMemory(
        samples: Int = 1, steps: Int, optimizerSlots: Int = 2,
        available: Int = MemoryNeed.available
    ) throws(MemoryNeedError) {
        var largest = (name: "the input", shape: [1]), shape = inputShape
        for stage in stages {
            guard let next = try? stage.layer.outputShape(for: shape) else { break }
            shape = next
            if stage.layer.remembers, shape.elementCount > largest.shape.elementCount {
                largest = (stage.name, shape)
            }
        }
        let weights = parameters.reduce(0) { $0 + $1.bytes }
        let states = MemoryNeed.bytes(of: [steps, samples] + largest.shape)
        try MemoryNeed(
            "a training step with \(samples) samples of \(steps) steps, which '\(largest.name)' keeps for "
                + "features of shape \(largest.shape)",
            bytes: weights * Double(2 + optimizerSlots) + states,
            advice: "take fewer steps, smaller batches or a smaller network"
        ).check(available: available)
    }

    private func peak(batch: Int, _ steps: Int, _ isConstantInput: Bool) -> Int {
        let context = ForwardContext(timeStep: timeStep, isTraining: true)
        return MemoryMeter.measuring {
            let sample = Tensor(
                uniformIn: 0..<1, shape: [batch] + inputShape,
                from: RandomStream(seed: seed, name: "memory"))
            let input =
                isConstantInput
                ? sample.repeatedInTime(steps: steps)
                : Tensor(constantInTime: sample, steps: steps).dense
            _ = valueAndGradients { self(input, in: context).squared().mean() }
        }.peakBytes
    }
}

extension MemoryError: ExitStatusProviding {
    /// The configuration asks for more than there is.
    public var exitStatus: ExitStatus { .wrongUsage }
}
