import RanvierTensors

/// Layers of sampling neurons as a device has them: the network with all that was not meant.
///
/// Mismatch m, with ξ standard normal for each neuron: bias `b + m ξ₁`, input times `max(1 + m ξ₂, 0.3)`, period
/// `max(1 + m ξ₃, 0.3) τ` in whole steps. Synaptic noise is added once to each weight that the neurons see; a weight with bits lies on
/// a symmetric code whose largest step is the largest weight of the two matrices; a dead synapse has weight 0.
struct SamplingDevice {
    /// What is drawn once for a synapse.
    private enum Draw: Int {
        case forwardNoise, feedbackNoise, plasticity, stuck, forwardDead, feedbackDead
        case forwardDelay, feedbackDelay, bias, gain, period, rounding
    }

    let imperfections: Imperfections
    let seed: UInt64

    private func stream(_ draw: Draw, _ layer: Int) -> RandomStream {
        RandomStream(seed: seed, name: "device").substream(32 * layer + draw.rawValue)
    }

    private func normal(_ draw: Draw, _ layer: Int, _ count: Int) -> [Double] {
        stream(draw, layer).normal(count: count).map(Double.init)
    }

    private func mask(_ draw: Draw, _ layer: Int, _ count: Int, share: Double) -> [Bool] {
        guard share > 0 else { return [Bool](repeating: false, count: count) }
        return stream(draw, layer).uniform(count: count).map { Double($0) < share }
    }

    private func delays(_ draw: Draw, _ layer: Int, _ count: Int) -> [Int]? {
        guard imperfections.delay > 0 else { return nil }
        return stream(draw, layer).uniform(count: count).map {
            min(Int($0 * Float(imperfections.delay + 1)), imperfections.delay)
        }
    }

    /// Size of a step of the code of two matrices; nil for weights without steps.
    private func codeStep(_ layer: FeedbackLayer) -> Double? {
        guard let bits = imperfections.weightBits else { return nil }
        let largest = (layer.weights.scalars + layer.feedback.scalars).reduce(0) {
            max($0, abs($1))
        }
        return largest > 0 ? Double(largest) / Double((1 << (bits - 1)) - 1) : nil
    }

    /// The network of layers one above the other.
    func network(of stack: [FeedbackLayer], tau: Int) -> SamplingNetwork {
        var populations: [SamplingNetwork.Population] = []
        var gains: [[Double]] = []
        let sizes = [stack.first?.weights.shape[0] ?? 0] + stack.map { $0.weights.shape[1] }
        for (index, size) in sizes.enumerated() {
            let own = index > 0 ? stack[index - 1].bias?.scalars.map(Double.init) : nil
            var bias = own ?? [Double](repeating: 0, count: size)
            var periods = [Int](repeating: tau, count: size)
            var gain = [Double](repeating: 1, count: size)
            let share = imperfections.mismatch
            if share > 0 {
                bias = zip(bias, normal(.bias, index, size)).map { $0 + share * $1 }
                gain = normal(.gain, index, size).map { max(1 + share * $0, 0.3) }
                periods = normal(.period, index, size).map {
                    max(Int((Double(tau) * max(1 + share * $0, 0.3)).rounded()), 1)
                }
            }
            gains.append(gain)
            populations.append(
                .init(
                    name: index == 0
                        ? "the neurons under '\(stack[0].name)'" : stack[index - 1].name,
                    bias: bias, periods: periods))
        }
        var synapses: [SamplingNetwork.Synapses] = []
        for (index, layer) in stack.enumerated() {
            let lower = sizes[index], upper = sizes[index + 1]
            let forward = seen(layer.weights, layer, index, .forwardNoise, .forwardDead)
            let feedback = seen(layer.feedback, layer, index, .feedbackNoise, .feedbackDead)
            var up = forward, down = feedback
            for a in 0..<lower {
                for b in 0..<upper {
                    up[a * upper + b] *= gains[index + 1][b]
                    down[a * upper + b] *= gains[index][a]
                }
            }
            synapses.append(
                .init(
                    source: index, target: index + 1, weights: up,
                    delays: delays(.forwardDelay, index, up.count)))
            synapses.append(
                .init(
                    source: index + 1, target: index, weights: down.transposed(rows: lower),
                    delays: delays(.feedbackDelay, index, up.count)))
        }
        return SamplingNetwork(populations: populations, synapses: synapses)
    }

    /// Weights as neurons see them.
    private func seen(
        _ weights: Tensor, _ layer: FeedbackLayer, _ index: Int, _ noise: Draw, _ dead: Draw
    ) -> [Double] {
        var values = weights.scalars.map(Double.init)
        if let step = codeStep(layer) { values = values.map { ($0 / step).rounded() * step } }
        if imperfections.synapticNoise > 0 {
            values = zip(values, normal(noise, index, values.count)).map {
                $0 + imperfections.synapticNoise * $1
            }
        }
        let gone = mask(dead, index, values.count, share: imperfections.deadSynapses)
        return zip(values, gone).map { $1 ? 0 : $0 }
    }

    /// Feedback weights after a change was asked for.
    ///
    /// - Parameters:
    ///   - change: `[lower, upper]`.
    ///   - update: which update it is, for stochastic rounding of weights with bits.
    func changed(
        _ layer: FeedbackLayer, _ index: Int, by change: [Double], update: Int
    ) -> Tensor {
        let old = layer.feedback.scalars, count = old.count
        let isStuck = mask(.stuck, index, count, share: imperfections.stuckSynapses)
        let isDead = mask(.feedbackDead, index, count, share: imperfections.deadSynapses)
        let share = imperfections.plasticityNoise
        let amplitude = share > 0 ? normal(.plasticity, index, count) : []
        let step = codeStep(layer)
        let draws =
            step == nil
            ? [] : stream(.rounding, index).substream(update).uniform(count: count)
        let values = old.indices.map { place -> Float in
            if isDead[place] { return 0 }
            if isStuck[place] { return old[place] }
            let factor = share > 0 ? 1 + share * min(max(amplitude[place], -1.5), 1.5) : 1
            let new = Double(old[place]) + factor * change[place]
            guard let step else { return Float(new) }
            // A change smaller than a step of the code acts in the mean.
            return Float((new / step + Double(draws[place])).rounded(.down) * step)
        }
        return Tensor(values, shape: layer.feedback.shape)
    }
}
