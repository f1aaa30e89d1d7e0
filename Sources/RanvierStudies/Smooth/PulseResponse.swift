import RanvierExact
import RanvierNetworks

/// One neuron at rest that gets an excitatory pulse, and perhaps an inhibitory one.
struct PulseResponse<Neuron: PseudospikingNeuron> {
    let neuron: Neuron
    let rest: Neuron.State
    let trial: Double
    /// When the excitatory pulse comes.
    let pulseTime = 0.5

    /// First spike with its derivative by the weight and by the time of inhibition; nil for no spike
    /// within the trial.
    func firstSpike(
        weight: Double, inhibition: (weight: Double, time: Double)? = nil
    ) throws(ExactError) -> (time: Double, byWeight: Double, byInhibition: Double)? {
        var weights = [weight]
        var inputs = [InputSpike(time: pulseTime, input: 0)]
        if let inhibition {
            weights.append(inhibition.weight)
            inputs.append(InputSpike(time: inhibition.time, input: 1))
        }
        let network = try EventGraph(neuron, weights: [[0]], inputWeights: [weights])
        let outcome = try network.valueAndGradient(
            of: FirstSpikeTime(), from: [rest], inputs: inputs, trial: trial)
        guard outcome.loss < trial else { return nil }
        let byInhibition = inhibition == nil ? 0 : outcome.gradient.inputTimes[1]
        return (outcome.loss, outcome.gradient.weights[0], byInhibition)
    }

    /// The smallest weight that causes a spike, between two that do not and do, by bisection.
    func criticalWeight(from low: Double, to high: Double) throws(ExactError) -> Double {
        var (low, high) = (low, high)
        while high - low > high.ulp * 2 {
            let middle = (low + high) / 2
            if try firstSpike(weight: middle) == nil { low = middle } else { high = middle }
        }
        return high
    }
}
