import RanvierTensors

/// Where a batch stands in a run: the random numbers, the epoch, and which samples it holds.
///
/// A stochastic encoder draws for each sample from a stream of its own, so a sample gets the same spikes in
/// an epoch whatever batch it lies in.
public struct EncodingPosition: Sendable, Hashable {
    /// Random numbers of the encoder.
    public let stream: RandomStream
    /// The epoch, from 0.
    public let epoch: Int
    /// Position of each sample of the batch in the data set.
    public let samples: [Int]

    /// A batch of given samples.
    public init(stream: RandomStream, epoch: Int, samples: [Int]) {
        self.stream = stream
        self.epoch = epoch
        self.samples = samples
    }

    /// The first samples of a set, with seed 0.
    public init(samples: Int) {
        self.init(
            stream: RandomStream(seed: 0, name: "encoder"), epoch: 0, samples: Array(0..<samples))
    }

    /// The random numbers of one sample of the batch in this epoch.
    public func stream(ofSampleAt index: Int) -> RandomStream {
        stream.substream(epoch).substream(samples[index])
    }
}
