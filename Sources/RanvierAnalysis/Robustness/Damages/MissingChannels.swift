import RanvierTensors

/// Sensors that are not there: their values are replaced by the mean of the channel in training.
public struct MissingChannels: InputDamage {
    /// `missing`.
    public static let name = "missing"
    /// A share of the channels.
    public let unit = "share of channels"
    /// From one in ten to half of them.
    public let sizes = [0.1, 0.25, 0.5]
    /// A single one is gone.
    public let sizeForSingleChannel: Double? = 1

    /// Missing sensors.
    public init() {}

    /// Replaces channels; one that is made of zeros and ones is silent.
    public func callAsFunction(
        _ sample: inout SensorSample, size: Double, from random: RandomStream
    ) {
        for channel in sample.drawnChannels(share: size, from: random) {
            let mean = sample.holdsSpikes ? 0 : Float(sample.statistics.mean[channel])
            sample.update(channel: channel) { _ in mean }
        }
    }
}
