import Foundation
import RanvierAlignment
import RanvierTensors

/// Two excitatory neurons, each of which also reaches the other through an inhibitory one of its own: no neuron has synapses of both
/// signs, and what they do to each other can have either.
///
///     effective = W_EE + W_EI σ(W_IE r + b_I) / r,   r = σ(b_E)
///
/// Only the synapses between the excitatory neurons are plastic. Source: Gierlich et al. 2026.
struct DaleCircuit: Sendable {
    private static let period = 25, bias = [-0.5, -0.2]
    private let inward: [Double]
    private let outward: [Double]
    private let inhibitoryBias: [Double]
    /// Onto the first and onto the second excitatory neuron.
    private(set) var weights: [Double]

    /// A circuit whose constants scatter about 4, −1 and −2.
    init(seed: UInt64) {
        func draw(_ name: String, _ mean: Double, _ deviation: Double) -> [Double] {
            RandomStream(seed: seed, name: name).normal(count: 2).map {
                mean + deviation * Double($0)
            }
        }
        inward = draw("dale-inward", 4, 0.2)
        outward = draw("dale-outward", -1, 0.1)
        inhibitoryBias = draw("dale-bias", -2, 0.2)
        weights = [1.5, 0.3]
    }

    /// What each of the two does to the other, all ways together: onto the first and onto the second.
    var effective: [Double] {
        func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
        return [0, 1].map { post in
            let pre = 1 - post, r = logistic(Self.bias[pre])
            return weights[post]
                + outward[pre] * logistic(inward[pre] * r + inhibitoryBias[pre]) / r
        }
    }

    /// One update; excitatory weights do not become negative.
    mutating func update(step: Double, steps: Int, random: RandomStream) throws {
        // Neurons 0 and 1 excite, 2 and 3 inhibit; rows are postsynaptic.
        var matrix = [Double](repeating: 0, count: 16)
        (matrix[1], matrix[4]) = (weights[0], weights[1])
        (matrix[2 * 4 + 0], matrix[3 * 4 + 1]) = (inward[0], inward[1])
        (matrix[1 * 4 + 2], matrix[0 * 4 + 3]) = (outward[0], outward[1])
        let network = SamplingNetwork(
            boltzmann: matrix, bias: Self.bias + inhibitoryBias, period: Self.period)
        var request = SamplingEngine.Request(
            kernel: SpikeTimingKernel(timeConstant: Double(Self.period)))
        request.pairs = [.init(spiking: 0, traced: 0)]
        let record = try SamplingEngine(network).run(
            replicas: 1, warmup: 2 * Self.period, steps: steps, random: random, for: request)
        let change =
            step * Double(Self.period) / Double(steps) * (record.sums[0][4] - record.sums[0][1])
        weights = [max(weights[0] + change, 0), max(weights[1] - change, 0)]
    }
}
