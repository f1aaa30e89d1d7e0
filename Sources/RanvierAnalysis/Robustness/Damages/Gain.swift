import RanvierTensors

/// Sensors whose sensitivity has changed: each channel is multiplied by `1 + size` or `1 − size`, by chance.
public struct Gain: InputDamage {
    /// `gain`.
    public static let name = "gain"
    /// A share of the value.
    public let unit = "share of the value"
    /// From a tenth to a half.
    public let sizes = [0.1, 0.25, 0.5]
    /// Of numbers alone.
    public let needsNumbers = true
    /// A single one by a half.
    public let sizeForSingleChannel: Double? = 0.5

    /// Changed sensitivities.
    public init() {}

    /// Multiplies each channel.
    public func callAsFunction(
        _ sample: inout SensorSample, size: Double, from random: RandomStream
    ) {
        let signs = random.uniform(count: sample.layout.channels)
        for channel in sample.channels {
            let factor = Float(signs[channel] < 0.5 ? 1 - size : 1 + size)
            sample.update(channel: channel) { $0 * factor }
        }
    }
}
