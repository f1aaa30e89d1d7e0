import RanvierTensors

/// Something that happens to sensors: done to samples in their own units, before they are scaled and encoded, so that it works
/// for every model.
///
///     struct Drift: InputDamage {
///         static let name = "drift"
///         let unit = "deviations at the last row"
///         let sizes = [0.5, 1, 2]
///         let needsRows = true
///         func callAsFunction(_ sample: inout SensorSample, size: Double, from random: RandomStream) { … }
///     }
///     parts.damages.append(Drift())
public protocol InputDamage: Sendable {
    /// Word for tables.
    static var name: String { get }
    /// What a size is.
    var unit: String { get }
    /// Sizes that are tried, the mildest first.
    var sizes: [Double] { get }
    /// Whether only sequences can be hit.
    var needsRows: Bool { get }
    /// Whether the result is no longer made of zeros and ones, so that spikes cannot be hit.
    var needsNumbers: Bool { get }
    /// The size where a single channel is hit to see which one the answers depend on; nil for what hits all at once.
    var sizeForSingleChannel: Double? { get }

    /// Damages a sample.
    ///
    /// - Parameter random: of this damage and sample: the same for all sizes.
    func callAsFunction(_ sample: inout SensorSample, size: Double, from random: RandomStream)
}

extension InputDamage {
    /// False: vectors can be hit.
    public var needsRows: Bool { false }
    /// False: spikes can be hit.
    public var needsNumbers: Bool { false }
    /// None.
    public var sizeForSingleChannel: Double? { nil }
}

/// The damages that are built in.
public enum InputDamages {
    /// All, in the order of the tables.
    public static let standard: [any InputDamage] = [
        MissingChannels(), StuckChannels(), Offset(), Gain(), Impulses(), RowJitter(),
        DroppedRows(),
    ]
}
