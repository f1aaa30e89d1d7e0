import RanvierConfiguration
import RanvierLearning

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

extension SpikeTimeRecord {
    /// The record as a value in an epoch's report.
    var value: ConfigurationValue {
        .section([
            .init("epoch", .integer(epoch)),
            .init(
                "layers",
                .list(layers.map { .list($0.map { $0.map { .float($0) } ?? .null }) })),
        ])
    }

    /// Reads a record from an epoch's report; nil for anything else.
    init?(_ value: ConfigurationValue) {
        guard case .integer(let epoch)? = value["epoch"], case .list(let layers)? = value["layers"]
        else { return nil }
        self.init(
            epoch: epoch,
            layers: layers.map { layer in
                guard case .list(let times) = layer else { return [] }
                return times.map { time in
                    switch time {
                    case .float(let seconds): seconds
                    case .integer(let seconds): Double(seconds)
                    case .null, .boolean, .string, .list, .section: nil
                    }
                }
            })
    }
}

extension EpochReport {
    private static let key = "spikeTimes"

    /// First spikes of a fixed sample; the first epoch has them before it too.
    public var spikeTimes: [SpikeTimeRecord] {
        get {
            guard case .list(let records)? = records[Self.key] else { return [] }
            return records.compactMap(SpikeTimeRecord.init)
        }
        set { records[Self.key] = .list(newValue.map(\.value)) }
    }
}
