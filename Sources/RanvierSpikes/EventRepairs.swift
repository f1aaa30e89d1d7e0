/// What a reader had to mend in a recording; all zero for a sound one.
public struct EventRepairs: Sendable, Hashable, Codable {
    /// Events outside the sensor, dropped.
    public var outsideSensor: Int
    /// Events earlier than the one before them, sorted in.
    public var outOfOrder: Int
    /// Markers that are not events, dropped.
    public var markers: Int

    /// Counts of what was mended.
    public init(outsideSensor: Int = 0, outOfOrder: Int = 0, markers: Int = 0) {
        self.outsideSensor = outsideSensor
        self.outOfOrder = outOfOrder
        self.markers = markers
    }

    /// Whether the recording was sound. Markers are part of a format and no damage.
    public var isSound: Bool { outsideSensor == 0 && outOfOrder == 0 }
}
