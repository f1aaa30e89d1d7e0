import RanvierConfiguration
import RanvierData
import RanvierNetworks

/// The configuration of a ``ClockedMethod``.
public protocol ClockedMethodConfiguration: MethodConfiguration {
    /// Network, encoding, training.
    var clocked: ClockedConfiguration { get }
}

extension ClockedMethodConfiguration {
    /// Whether the network spikes.
    public var family: NetworkFamily { clocked.family }

    /// How long it learns.
    public var course: Course { clocked.course }

    /// What the encoding takes.
    public var acceptedRange: ClosedRange<Float>? { clocked.acceptedRange }

    /// Recordings ask for an encoding that takes them as they are.
    public func check(
        _ dataset: DatasetConfiguration, _ root: ConfigurationSection
    ) throws(ConfigurationError) {
        try clocked.check(dataset, root)
    }

    /// The same layers with rectified linear units.
    public var artificialTwin: ArtificialTwin? { clocked.artificialTwin }
}
