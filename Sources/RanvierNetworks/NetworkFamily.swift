/// Whether a network spikes: what `model` says in configurations and results.
public enum NetworkFamily: String, Sendable, Hashable, Codable, CaseIterable {
    /// Spiking neurons.
    case spiking = "snn"
    /// Rectified linear units in place of spiking neurons, one step.
    case artificial = "ann"

    /// For tables: `SNN`.
    public var title: String { rawValue.uppercased() }
}
