import RanvierData
import RanvierLearning

extension ThetaModel {
    /// Neurons of a hidden layer that are followed during training.
    static let followedNeurons = 12

    /// First spike times of the first sample of a set: of some neurons of each hidden layer those in the
    /// trial, of all outputs also the formal ones after it.
    func firstSpikes(of sample: Dataset, afterEpoch epoch: Int) throws -> SpikeTimeRecord {
        let batch = try batch(values: sample.values, labels: sample.labels, count: sample.count)
        let outcome = try network.evaluate(batch)
        let hidden = try spikeTimes(of: sample).dropLast().map { layer in
            layer.prefix(Self.followedNeurons).map(\.first)
        }
        let outputs = outcome.times.prefix(outcome.classCount).map(Optional.some)
        return SpikeTimeRecord(epoch: epoch, layers: hidden + [outputs])
    }
}
