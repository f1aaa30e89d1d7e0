import Foundation

/// Classification by the first spike: the output that fires first names the class.
///
///     L = −log softmax(−t/ξ)_label + γ (exp(t_label/T) − 1)
///
/// Source: Klos & Memmesheimer, arXiv:2309.14523; γ = 0.01, ξ = 1 there.
public struct FirstSpikeLoss: SpikeTimeLoss {
    /// The spikes the loss looks at.
    public let requests: [SpikeRequest]
    /// The class of the sample.
    public let label: Int
    /// Weight γ of the term that pulls the right output towards the start.
    public let earliness: Double
    /// Temperature ξ of the softmax.
    public let temperature: Double

    /// Creates a loss. Throws where the label is not one of the outputs or ξ is not positive.
    /// - Parameter outputs: the output neurons, one per class.
    public init(
        outputs: Range<Int>, label: Int, earliness: Double = 0.01, temperature: Double = 1
    ) throws(ExactError) {
        try ExactError.require("label", index: label, below: outputs.count)
        try ExactError.requireFinite("earliness", earliness)
        requests = outputs.map { SpikeRequest(neuron: $0) }
        self.label = label
        try ExactError.require("temperature", temperature, above: 0)
        self.earliness = earliness
        self.temperature = temperature
    }

    /// The loss and its derivative by each time.
    public func evaluate(
        _ times: [Double], trial: Double
    ) -> (value: Double, derivatives: [Double]) {
        let first = times.min() ?? 0
        let weights = times.map { exp((first - $0) / temperature) }
        let sum = weights.reduce(0, +)
        let early = exp(times[label] / trial)
        var derivatives = weights.map { -$0 / sum / temperature }
        derivatives[label] += 1 / temperature + earliness / trial * early
        let value = (times[label] - first) / temperature + log(sum) + earliness * (early - 1)
        return (value, derivatives)
    }

    /// The class a network names: the output with the earliest time, the first of equals.
    public static func prediction(_ times: [Double]) -> Int {
        times.indices.min { times[$0] < times[$1] } ?? 0
    }
}
