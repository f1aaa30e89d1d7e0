import RanvierTensors

/// Spikes of noise: single values that jump by five deviations of their channel, up or down.
public struct Impulses: InputDamage {
    /// `impulses`.
    public static let name = "impulses"
    /// A share of the values.
    public let unit = "share of values, by 5 deviations"
    /// From one in a hundred to one in five.
    public let sizes = [0.01, 0.05, 0.2]
    /// Of numbers alone.
    public let needsNumbers = true
    /// Half of the values of a single one.
    public let sizeForSingleChannel: Double? = 0.5
    /// How far a value jumps, in deviations of its channel.
    public static let height = 5.0

    /// Jumps.
    public init() {}

    /// Moves single values.
    public func callAsFunction(
        _ sample: inout SensorSample, size: Double, from random: RandomStream
    ) {
        let chances = random.uniform(count: sample.values.count)
        let signs = random.substream(1).uniform(count: sample.values.count)
        for channel in sample.channels {
            let height = Float(Self.height * sample.statistics.deviation[channel])
            for place in stride(
                from: channel, to: sample.values.count, by: sample.layout.channels)
            where Double(chances[place]) < size {
                sample.values[place] += signs[place] < 0.5 ? -height : height
            }
        }
    }
}
