/// Stochastic spiking neurons whose states are samples: a Boltzmann machine in spikes, or layers one above the other.
///
///     z_k(t) = 1  if 1 ≤ t − (last spike of k) ≤ τ_k, else 0
///     u_k(t) = b_k + Σ_j W_kj z_j(t)
///     P(k fires at t) = 1 / (1 + exp(ln τ_k − u_k))  where z_k = 0
///
/// For symmetric weights the states follow `p(z) ~ exp(zᵀWz / 2 + bᵀz)` as τ grows. All neurons move at once; a spike is heard
/// from the next step on. Source: Buesing et al. 2011, in discrete time as published with SAL. See ``SamplingSimulation`` for
/// the definition in double precision and ``SamplingEngine`` for the fast one.
public struct SamplingNetwork: Hashable, Sendable {
    /// Neurons that synapses reach together.
    public struct Population: Hashable, Sendable {
        /// Name, for what is told about it.
        public var name: String
        /// b, one for each neuron.
        public var bias: [Double]
        /// τ of each neuron, steps for which it is silent and heard after a spike.
        public var periods: [Int]

        /// Neurons with periods of their own.
        public init(name: String, bias: [Double], periods: [Int]) {
            precondition(
                bias.count == periods.count, "a period is needed for each neuron of '\(name)'")
            precondition(periods.allSatisfy { $0 > 0 }, "periods of '\(name)' must be positive")
            self.name = name
            self.bias = bias
            self.periods = periods
        }

        /// Neurons with one period.
        public init(name: String, bias: [Double], period: Int) {
            self.init(
                name: name, bias: bias, periods: [Int](repeating: period, count: bias.count))
        }

        /// Number of neurons.
        public var count: Int { bias.count }
    }

    /// Synapses from a population to another one, or among its own neurons.
    public struct Synapses: Hashable, Sendable {
        /// Index of the population whose spikes they carry.
        public var source: Int
        /// Index of the population that hears them.
        public var target: Int
        /// `[neurons of the source, neurons of the target]`, row after row.
        public var weights: [Double]
        /// Steps of each synapse beyond the one that every spike takes; nil for none.
        public var delays: [Int]?

        /// Synapses between two populations.
        public init(source: Int, target: Int, weights: [Double], delays: [Int]? = nil) {
            self.source = source
            self.target = target
            self.weights = weights
            self.delays = delays
        }
    }

    /// The neurons.
    public var populations: [Population]
    /// What connects them.
    public var synapses: [Synapses]

    /// A network.
    ///
    /// - Precondition: synapses name populations that are there, with a weight for each pair.
    public init(populations: [Population], synapses: [Synapses]) {
        for block in synapses {
            let count = populations[block.source].count * populations[block.target].count
            precondition(
                block.weights.count == count
                    && (block.delays?.count ?? count)
                        == count,
                "a weight is needed for each pair of neurons")
        }
        self.populations = populations
        self.synapses = synapses
    }

    /// Layers one above the other, with forward and feedback weights.
    ///
    /// - Parameters:
    ///   - bias: of the neurons of each layer, the lowest first.
    ///   - forward: `[lower, upper]` for each pair of neighbours.
    ///   - feedback: of the same shapes: entry a, b is the weight from the upper neuron b to the lower one a.
    ///   - period: τ in steps.
    public init(layers bias: [[Double]], forward: [[Double]], feedback: [[Double]], period: Int) {
        let populations = bias.enumerated().map {
            Population(name: "layer \($0.offset)", bias: $0.element, period: period)
        }
        var synapses: [Synapses] = []
        for layer in forward.indices {
            synapses.append(Synapses(source: layer, target: layer + 1, weights: forward[layer]))
            synapses.append(
                Synapses(
                    source: layer + 1, target: layer,
                    weights: feedback[layer].transposed(rows: bias[layer].count)))
        }
        self.init(populations: populations, synapses: synapses)
    }

    /// One population whose neurons are all connected.
    ///
    /// - Parameter weights: `[post, pre]` as in equations; the diagonal is left out.
    public init(boltzmann weights: [Double], bias: [Double], period: Int) {
        var own = weights.transposed(rows: bias.count)
        for neuron in bias.indices { own[neuron * bias.count + neuron] = 0 }
        self.init(
            populations: [Population(name: "units", bias: bias, period: period)],
            synapses: [Synapses(source: 0, target: 0, weights: own)])
    }

    /// Number of neurons in all.
    public var count: Int { populations.reduce(0) { $0 + $1.count } }

    /// The longest delay of a synapse.
    var longestDelay: Int { synapses.compactMap { $0.delays?.max() }.max() ?? 0 }
}

extension [Double] {
    /// The transpose of a matrix that has so many rows.
    func transposed(rows: Int) -> [Double] {
        guard rows > 0 else { return self }
        let columns = count / rows
        var result = self
        for i in 0..<rows {
            for j in 0..<columns { result[j * rows + i] = self[i * columns + j] }
        }
        return result
    }
}
