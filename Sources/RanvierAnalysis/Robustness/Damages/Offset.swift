import RanvierTensors

/// Sensors whose zero has moved: each channel is raised or lowered, by chance.
public struct Offset: InputDamage {
    /// `offset`.
    public static let name = "offset"
    /// Standard deviations of the channel.
    public let unit = "deviations"
    /// From a quarter of a deviation to two.
    public let sizes = [0.25, 0.5, 1, 2]
    /// Of numbers alone.
    public let needsNumbers = true
    /// A single one by two deviations.
    public let sizeForSingleChannel: Double? = 2

    /// Moved zeros.
    public init() {}

    /// Adds to each channel.
    public func callAsFunction(
        _ sample: inout SensorSample, size: Double, from random: RandomStream
    ) {
        let signs = random.uniform(count: sample.layout.channels)
        for channel in sample.channels {
            let sign: Double = signs[channel] < 0.5 ? -1 : 1
            let shift = Float(sign * size * sample.statistics.deviation[channel])
            sample.update(channel: channel) { $0 + shift }
        }
    }
}
