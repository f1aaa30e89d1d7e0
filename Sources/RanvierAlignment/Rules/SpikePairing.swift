/// Which spikes of two trains make pairs. Spikes at one time never do.
public enum SpikePairing: String, CaseIterable, Hashable, Sendable {
    /// Every spike with every spike of the partner.
    case allToAll = "all-to-all"
    /// Each spike with the last earlier spike of the partner.
    case nearest
    /// The same, unless its own neuron has fired since, or together with, that spike of the partner.
    case adjacent
}

extension SpikeTimingWindow {
    /// The change of a synapse by all pairs of two spike trains, pair by pair.
    ///
    ///     Δw = Σ K(t_post − t_pre)
    ///
    /// - Parameters:
    ///   - presynaptic: times, ascending.
    ///   - postsynaptic: times, ascending.
    /// - Complexity: the product of both lengths all to all, else the sum of them.
    public func change(
        presynaptic: [Double], postsynaptic: [Double], pairing: SpikePairing = .allToAll
    ) -> Double {
        switch pairing {
        case .allToAll:
            return postsynaptic.reduce(0) { sum, post in
                presynaptic.reduce(sum) { $0 + self(lag: post - $1) }
            }
        case .nearest, .adjacent:
            let isAdjacent = pairing == .adjacent
            let causal = Self.lastPartners(
                of: postsynaptic, in: presynaptic, isAdjacent: isAdjacent)
            let anticausal = Self.lastPartners(
                of: presynaptic, in: postsynaptic, isAdjacent: isAdjacent)
            return causal.reduce(0) { $0 + self(lag: $1.spike - $1.partner) }
                + anticausal.reduce(0) { $0 + self(lag: $1.partner - $1.spike) }
        }
    }

    /// The last earlier spike of the partner for each spike that has one.
    private static func lastPartners(
        of spikes: [Double], in partners: [Double], isAdjacent: Bool
    ) -> [(spike: Double, partner: Double)] {
        var pairs: [(spike: Double, partner: Double)] = []
        var next = 0, last: Double?
        for spike in spikes {
            while next < partners.count, partners[next] < spike { next += 1 }
            if next > 0 {
                let partner = partners[next - 1]
                let hasFired = last.map { $0 >= partner } ?? false
                if !isAdjacent || !hasFired { pairs.append((spike, partner)) }
            }
            last = spike
        }
        return pairs
    }
}
