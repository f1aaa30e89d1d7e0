import RanvierTensors

/// Turns what a network puts out over time into one score per class.
///
/// Output is a sequence `[T, B, C]`: spikes, or membranes of a readout. Scores are `[B, C]`; the class with
/// the largest wins, the first of equal ones.
///
///     let scores = SpikeDecoder.meanMembrane.scores(of: output)
///     let classes = SpikeDecoder.meanMembrane.predictedClasses(of: output)
///
/// Gradients pass through all but ``firstSpike``.
public enum SpikeDecoder: String, Sendable, Hashable, Codable, CaseIterable {
    /// Number of spikes.
    case spikeCount
    /// Minus the step of the first spike; −T where there is none. No gradient.
    case firstSpike
    /// Mean over time.
    case meanMembrane
    /// Sum over time.
    case summedMembrane
    /// Largest over time; the gradient goes to the first largest.
    case maximumMembrane
    /// The last step.
    case lastMembrane

    /// Scores `[B, C]` of a sequence `[T, B, C]`.
    public func scores(of output: Tensor) -> Tensor {
        precondition(output.rank >= 2, "a sequence has time and batch axes, not \(output.shape)")
        return switch self {
        case .spikeCount, .summedMembrane: output.sum(axes: [0])
        case .firstSpike: -output.firstSpikeSteps
        case .meanMembrane: output.mean(axes: [0])
        case .maximumMembrane: output.maximum(along: 0)
        case .lastMembrane: output.step(at: output.shape[0] - 1)
        }
    }

    /// The class with the largest score for each sample.
    public func predictedClasses(of output: Tensor) -> [Int] {
        precondition(output.rank == 3, "classes are read from [T, B, C], not \(output.shape)")
        return scores(of: output).argumentOfMaximum(along: 1)
    }
}

extension Tensor {
    /// Step of the first spike of each element of a sequence; `T` where there is none.
    ///
    /// `[T, …]` becomes `[…]`. No gradient.
    public var firstSpikeSteps: Tensor {
        precondition(rank >= 1, "a single number is no sequence")
        let size = shape.dropFirst().reduce(1, *)
        var first = [Float](repeating: Float(shape[0]), count: size)
        detached.forEachSpike(inColumns: 0..<size) { step, index in
            first[index] = min(first[index], Float(step))
        }
        return Tensor(first, shape: Array(shape.dropFirst()))
    }

    /// Time of the first spike of each element in seconds; infinite where there is none.
    ///
    /// `[T, …]` becomes `[…]`. No gradient.
    public func firstSpikeTimes(timeStep: Double) -> Tensor {
        let steps = firstSpikeSteps
        return Tensor(
            steps.scalars.map { Int($0) < shape[0] ? Float(Double($0) * timeStep) : .infinity },
            shape: steps.shape)
    }
}
