/// When some neurons first spike for one fixed sample, after some epochs of training.
public struct SpikeTimeRecord: Sendable, Hashable, Codable {
    /// Epochs that were done; 0 before training.
    public var epoch: Int
    /// `[layer][neuron]` first spike times in seconds, nil where a neuron is silent. The last layer are the
    /// outputs; their times may lie after the trial where a model continues them there.
    public var layers: [[Double?]]

    /// Makes the record.
    public init(epoch: Int, layers: [[Double?]]) {
        self.epoch = epoch
        self.layers = layers
    }
}
