import RanvierTensors

/// Wake–sleep learning of a Boltzmann machine in spikes whose weights both ways are independent synapses, with alignment beside it.
///
///     W_ij += a_ij (η_w (C*_ij − C_ij) + η_S S_ij),   b_i += η_b (m*_i − m_i)
///
/// `C` is the coactivation of the sampling network, `S` its `Σ K` in rate form, starred ones are the target's; a are amplitudes of
/// the synapses. Hebbian learning alone leaves the antisymmetric part of `W` to noise; `S` removes it. Source: Gierlich et al. 2026.
public struct BoltzmannLearning: Sendable {
    /// What is to be sampled.
    public let target: BoltzmannDistribution
    /// `[post, pre]`.
    public private(set) var weights: [Double]
    /// `[n]`.
    public private(set) var bias: [Double]
    /// η_w.
    public var weightStep = 0.03
    /// η_b.
    public var biasStep = 0.03
    /// η_S; 0 for Hebbian learning alone.
    public var alignmentStep = 0.03
    /// Largest size of a weight and a bias; nil for any.
    public var limit: Double?
    /// Amplitude of each synapse's plasticity, `[post, pre]`; nil for 1.
    public var amplitudes: [Double]?
    private let goal: [Double]

    /// Learning from some weights on.
    public init(target: BoltzmannDistribution, weights: [Double], bias: [Double]) {
        precondition(
            weights.count == target.weights.count && bias.count == target.bias.count,
            "weights and biases have to be as many as the target's")
        self.target = target
        self.weights = weights
        self.bias = bias
        goal = target.coactivations
    }

    /// One update.
    ///
    /// - Parameters:
    ///   - coactivation: `[n, n]`; the diagonal does not count.
    ///   - rates: share of time that each unit is 1.
    ///   - alignment: `Σ K` in rate form, `[post, pre]`.
    public mutating func update(coactivation: [Double], rates: [Double], alignment: [Double]) {
        let count = bias.count
        for i in 0..<count {
            for j in 0..<count where i != j {
                let place = i * count + j
                let change =
                    weightStep * (goal[place] - coactivation[place])
                    + alignmentStep * alignment[place]
                weights[place] = limited(
                    weights[place] + (amplitudes?[place] ?? 1) * change)
            }
            bias[i] = limited(bias[i] + biasStep * (goal[i * count + i] - rates[i]))
        }
    }

    private func limited(_ value: Double) -> Double {
        limit.map { min(max(value, -$0), $0) } ?? value
    }

    /// Runs the network and learns from what it did.
    ///
    /// - Parameters:
    ///   - period: τ in steps.
    ///   - steps: of the run.
    /// - Throws: ``AlignmentError`` where weights ran away.
    public mutating func update(
        period: Int, steps: Int, random: RandomStream
    ) throws(AlignmentError) {
        var request = SamplingEngine.Request(
            kernel: SpikeTimingKernel(
                window: .triangular, timeConstant: Double(period), pairing: .nearest))
        request.pairs = [.init(spiking: 0, traced: 0)]
        request.countsCoincidences = true
        let network = SamplingNetwork(boltzmann: weights, bias: bias, period: period)
        let record = try SamplingEngine(network).run(
            replicas: 1, warmup: 5 * period, steps: steps, random: random, for: request)
        let count = bias.count, share = Double(period) / Double(steps)
        var coactivation = [Double](repeating: 0, count: count * count), alignment = coactivation
        for i in 0..<count {
            for j in 0..<count where i != j {
                let after = record.sums[0][i * count + j], before = record.sums[0][j * count + i]
                coactivation[i * count + j] =
                    share * (after + before + Double(record.coincidences[i * count + j]))
                alignment[i * count + j] = share * (before - after)
            }
        }
        update(
            coactivation: coactivation,
            rates: record.counts[0].map { share * Double($0) }, alignment: alignment)
    }

    /// `D_KL` of the target to what the network samples in a long run.
    public func divergence(
        period: Int, steps: Int, random: RandomStream
    ) throws(AlignmentError) -> Double {
        var request = SamplingEngine.Request(kernel: SpikeTimingKernel(timeConstant: 1))
        request.countsStates = true
        let network = SamplingNetwork(boltzmann: weights, bias: bias, period: period)
        let replicas = 16, each = (steps + replicas - 1) / replicas
        let record = try SamplingEngine(network).run(
            replicas: replicas, warmup: 20 * period, steps: each, random: random, for: request)
        let all = Double(record.states.reduce(0, +))
        return target.divergence(from: record.states.map { Double($0) / all })
    }

    /// Variance of `W_ij − W_ji` over pairs.
    public static func asymmetry(of weights: [Double], count: Int) -> Double {
        var differences: [Double] = []
        for i in 0..<count {
            for j in i + 1..<max(count, i + 1) {
                differences.append(weights[i * count + j] - weights[j * count + i])
            }
        }
        let mean = differences.reduce(0, +) / Double(max(differences.count, 1))
        return differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            / Double(max(differences.count, 1))
    }
}
