import RanvierConfiguration

/// Spiking neurons: units of architectures, for which a rectified linear unit stands in the artificial network.
public protocol SpikingUnits: DescribedLayer {}

extension SpikingUnits {
    /// Rectified linear units.
    public static func artificial(_ options: Options, at site: LayerSite) throws -> [any Layer] {
        [ReLU()]
    }

    /// True.
    public static var isUnit: Bool { true }
}

extension Kind where R == LayerRole {
    /// The kind of a neuron that is written in plain operations; rectified linear units stand for it in the artificial
    /// network.
    public init<N: DescribedNeuron>(neuron: N.Type) { self.init(DescribedNeurons<N>.self) }
}

extension DescribedNeurons: SpikingUnits {}
