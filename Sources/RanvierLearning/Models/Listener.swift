import RanvierNetworks

/// Hears what the layers of a model do while it answers.
public struct Listener {
    /// What is heard.
    public enum Detail: Sendable, Hashable {
        /// Operations, and spikes or counts of spikes: whatever costs least.
        case counts
        /// Spikes and values of all layers on a grid of steps; networks without a clock are cut into this many bins.
        case signals(bins: Int)
    }

    /// What is heard.
    public let detail: Detail
    /// Whether samples that are sequences already hold events and no values; nil where nobody looked at all of them.
    public let showsSpikes: Bool?
    /// Called with the name of a layer and what it did, in forward order.
    public let hears: (_ layer: String, _ observation: Observation) -> Void

    /// A listener.
    public init(
        _ detail: Detail = .counts, showsSpikes: Bool? = nil,
        hears: @escaping (_ layer: String, _ observation: Observation) -> Void
    ) {
        self.detail = detail
        self.showsSpikes = showsSpikes
        self.hears = hears
    }
}
