import RanvierTensors

/// Random damage to what a network is shown, without knowledge of the network.
public enum InputPerturbation: Sendable, Hashable {
    /// Adds normal noise of this standard deviation to every value.
    case gaussianNoise(standardDeviation: Float)
    /// Sets each value to 0 (or leaves out each spike) with this probability.
    case dropout(probability: Float)
    /// Moves every spike by a normal number of steps of this standard deviation, rounded; spikes that leave the sequence
    /// stay at its first or last step. Values are taken along like spikes; later ones win where two meet.
    case timeJitter(standardDeviation: Float)

    /// Damages a sequence `[T, B, …]`; noise and dropout take tensors of any shape.
    ///
    /// A sequence that is constant in time stays as it is under jitter, and gets the same noise at all steps.
    public func callAsFunction(_ input: Tensor, from stream: RandomStream) -> Tensor {
        if case .timeJitter(let deviation) = self {
            return input.storageKind == .constantInTime ? input : jittered(input, deviation, stream)
        }
        if input.storageKind == .constantInTime {
            return self(input.step(at: 0), from: stream).repeatedInTime(steps: input.shape[0])
        }
        switch self {
        case .gaussianNoise(let deviation):
            let noise = Tensor(stream.normal(count: input.count), shape: input.shape)
            return input.detached + noise * deviation
        case .dropout(let probability):
            let keep = stream.uniform(count: input.count).map { $0 < probability ? Float(0) : 1 }
            let result = input.detached * Tensor(keep, shape: input.shape)
            return input.storageKind == .spikes ? result.packedAsSpikes : result
        case .timeJitter: return input
        }
    }

    private func jittered(
        _ input: Tensor, _ deviation: Float, _ stream: RandomStream
    ) -> Tensor {
        let steps = input.shape[0], size = input.count / max(steps, 1)
        let values = input.scalars, moves = stream.normal(count: input.count)
        var result = [Float](repeating: 0, count: input.count)
        for (position, value) in values.enumerated() where value != 0 {
            let t = position / size, move = Int((moves[position] * deviation).rounded())
            let target = min(max(t + move, 0), steps - 1)
            result[target * size + position % size] = value
        }
        let moved = Tensor(result, shape: input.shape)
        return input.storageKind == .spikes ? moved.packedAsSpikes : moved
    }
}
