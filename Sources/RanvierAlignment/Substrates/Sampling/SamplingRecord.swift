/// What a run of sampling neurons left.
public struct SamplingRecord: Sendable {
    /// A spike that was kept.
    public struct Spike: Hashable, Sendable {
        /// Which of the replicas.
        public var replica: Int
        /// The step after the warm-up.
        public var step: Int
        /// The neuron, counted through all populations.
        public var neuron: Int
    }

    /// Replicas, and steps of each.
    public var replicas: Int, steps: Int
    /// Spikes of each neuron of each population, of all replicas together.
    public var counts: [[Int]]
    /// For each pair of populations that was asked for `[spiking, traced]`: at the spikes of the one the traces of the other.
    public var sums: [[Double]]
    /// Steps in each state of the first population, if asked for; the first neuron is the highest bit.
    public var states: [Int] = []
    /// `[neurons, neurons]`: pairs of spikes of the first population in one step, if asked for.
    public var coincidences: [Int] = []
    /// Spikes, if asked for.
    public var spikes: [Spike] = []

    /// Share of time that each neuron of each population is in its period, `rate × τ`.
    public func occupancies(of network: SamplingNetwork) -> [[Double]] {
        let time = Double(replicas * steps)
        return zip(network.populations, counts).map { population, counts in
            zip(population.periods, counts).map { Double($0 * $1) / time }
        }
    }
}
