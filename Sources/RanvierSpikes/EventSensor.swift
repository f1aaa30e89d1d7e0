/// The device that events come from: its units and how they lie.
///
/// A camera has `height × width` pixels with one or two polarities; a line sensor (a cochlea, a row of
/// neurons) has channels. A unit is numbered as it lies in a frame `[height, width, polarities]`, channels
/// last, so an event's unit is its place in the frame that a network sees.
public struct EventSensor: Sendable, Hashable, Codable {
    /// Number of rows; 1 for a line sensor.
    public let height: Int
    /// Number of columns, or channels of a line sensor.
    public let width: Int
    /// 1, or 2 where events tell "brighter" (1) from "darker" (0).
    public let polarities: Int

    /// A camera with two polarities, or another number of them.
    public init(height: Int, width: Int, polarities: Int = 2) {
        precondition(
            height > 0 && width > 0 && polarities > 0,
            "a sensor of \(height) × \(width) pixels, \(polarities) polarities has no units")
        self.height = height
        self.width = width
        self.polarities = polarities
    }

    /// A sensor with channels side by side and no polarity.
    public init(channels: Int) {
        self.init(height: 1, width: channels, polarities: 1)
    }

    /// Number of units.
    public var unitCount: Int { height * width * polarities }

    /// Shape of one frame: `[H, W, C]`, or `[N]` for a line sensor without polarity.
    public var frameShape: [Int] {
        height == 1 && polarities == 1 ? [width] : [height, width, polarities]
    }

    /// The unit at a pixel; nil outside the sensor.
    public func unit(x: Int, y: Int = 0, polarity: Int = 0) -> Int? {
        guard x >= 0, x < width, y >= 0, y < height, polarity >= 0, polarity < polarities else {
            return nil
        }
        return (y * width + x) * polarities + polarity
    }

    /// The pixel and polarity of a unit.
    public func position(of unit: Int) -> (x: Int, y: Int, polarity: Int) {
        let pixel = unit / polarities
        return (pixel % width, pixel / width, unit % polarities)
    }
}
