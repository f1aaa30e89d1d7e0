import RanvierNetworks

/// A network without the channels that can have no effect.
public struct CompactedNetwork: Sendable {
    /// Channels of a layer that went, or stayed although nothing comes in.
    public struct Layer: Sendable, Hashable {
        /// Name of the synapses.
        public var name: String
        /// Output channels before.
        public var outputs: Int
        /// Output channels now.
        public var remaining: Int
    }

    /// Something that could not be made smaller.
    public struct Kept: Sendable, Hashable {
        /// Name of the layer.
        public var name: String
        /// Why.
        public var reason: String
    }

    /// The smaller network; layers that stayed as they were are shared with the other one.
    public var network: Network
    /// What became of the synapses, in order.
    public var layers: [Layer]
    /// What could not be made smaller; masks go on to hold there.
    public var kept: [Kept]
}

extension Network {
    /// The same network with smaller layers where masks have left channels without inputs or without listeners.
    ///
    /// A channel that nobody listens to goes with its normalisation, threshold and weights. One without inputs goes if its
    /// bias alone never makes its neuron fire; else it stays and is named. Weights that are seen as zero count as gone. Answers
    /// are the same but for the order of additions. Through linear layers, convolutions, normalisation, pooling, flattening
    /// and neurons that hear no others; all other layers end a chain and keep their channels. Complexity: O(weights) for each
    /// round of a channel that takes others along.
    ///
    /// - Throws: ``CompressionError/mismatch(layer:what:expected:found:)`` for a quantiser whose weights depend on the channels
    ///   that went; `NetworkError`.
    public func compacted() throws -> CompactedNetwork {
        var plan = CompactionPlan(self)
        plan.propagate()
        return try plan.network(like: self)
    }
}
