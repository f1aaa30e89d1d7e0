import RanvierTensors

/// One sample in its own units, to be damaged.
public struct SensorSample: Sendable {
    /// The values in row-major order.
    public var values: [Float]
    /// The values of another sample of the set: what a sensor may have frozen at.
    public let other: [Float]
    /// Rows and channels.
    public let layout: SensorLayout
    /// Means and deviations of the channels.
    public let statistics: ChannelStatistics
    /// The channels that may be hit: all, or one that is looked at by itself.
    public let channels: [Int]

    /// Whether the set is made of zeros and ones.
    public let holdsSpikes: Bool

    /// Where the values of a channel in a row stand, in row-major order.
    public func places(ofChannel channel: Int, row: Int) -> StrideTo<Int> {
        stride(
            from: row * layout.valuesPerRow + channel, to: (row + 1) * layout.valuesPerRow,
            by: layout.channels)
    }

    /// Changes every value of a channel.
    public mutating func update(channel: Int, _ change: (_ value: Float) -> Float) {
        for place in stride(from: channel, to: values.count, by: layout.channels) {
            values[place] = change(values[place])
        }
    }

    /// Some of the channels that may be hit: each with a probability, and at least one.
    ///
    /// Who is hit by a smaller share is hit by a larger one too.
    public func drawnChannels(share: Double, from random: RandomStream) -> [Int] {
        let numbers = random.uniform(count: channels.count)
        let hit = channels.indices.filter { Double(numbers[$0]) < share }
        guard hit.isEmpty else { return hit.map { channels[$0] } }
        let first = channels.indices.min { numbers[$0] < numbers[$1] }
        return first.map { [channels[$0]] } ?? []
    }
}
