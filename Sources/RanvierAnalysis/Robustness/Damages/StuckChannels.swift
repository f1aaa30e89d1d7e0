import RanvierTensors

/// Sensors that freeze: from a random moment on they keep the value they had then; of a sample without time they show what they
/// showed of another sample.
public struct StuckChannels: InputDamage {
    /// `stuck`.
    public static let name = "stuck"
    /// A share of the channels.
    public let unit = "share of channels"
    /// From one in ten to half of them.
    public let sizes = [0.1, 0.25, 0.5]
    /// A single one is stuck.
    public let sizeForSingleChannel: Double? = 1

    /// Stuck sensors.
    public init() {}

    /// Freezes channels.
    public func callAsFunction(
        _ sample: inout SensorSample, size: Double, from random: RandomStream
    ) {
        let layout = sample.layout
        let moments = random.substream(1).uniform(count: layout.channels)
        for channel in sample.drawnChannels(share: size, from: random) {
            guard layout.rows > 1 else {
                for place in sample.places(ofChannel: channel, row: 0) {
                    sample.values[place] = sample.other[place]
                }
                continue
            }
            let start = min(Int(moments[channel] * Float(layout.rows)), layout.rows - 1)
            for row in start + 1..<max(layout.rows, start + 1) {
                for place in sample.places(ofChannel: channel, row: row) {
                    sample.values[place] = sample.values[place - layout.valuesPerRow]
                }
            }
        }
    }
}
