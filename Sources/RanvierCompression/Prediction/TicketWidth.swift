import Foundation

/// How wide a random network must be so that it holds a subnetwork that fires like a target: the strong ticket theorem.
///
/// Setting: target layers of N × N weights in ±1/√N, depth L, T steps, threshold 0 < θ < 1; each layer is imitated by k intermediate
/// neurons whose weights are uniform in ±1. One of them stands for one synapse. With `C_θ = (1 − θ)/2` and `C = 2 p_sup/(1 − β)`:
///
///     synapse        ⌈ln(1/δ) / (C_θ ε)⌉
///     neuron         N ⌈N/(C_θ ε) ln(N/δ)⌉
///     layer, currents  N ⌈N/(C_θ ε) ln(N²/δ)⌉
///     layer, spikes    N² ⌈N/(C_θ ε) ln(N²/(δ − N C ε))⌉
///     L layers, T steps  N² ⌈N/(C_θ ε) ln(N² L/(δ − N C L T ε))⌉
///
/// Source: Yao et al. 2023. The bounds are theory: at practical sizes they exceed any network, and any `Int`, which is why widths
/// are whole numbers in double precision.
public struct TicketWidth: Sendable, Hashable {
    /// Neurons of a target layer, N.
    public var neurons: Int
    /// Error of a current, ε.
    public var error: Double
    /// Probability of failure, δ.
    public var failure: Double
    /// Threshold θ.
    public var threshold: Double
    /// Layers L.
    public var layers = 1
    /// Steps T.
    public var steps = 1
    /// Largest density of a membrane near the threshold.
    public var largestDensity = 0.4
    /// Leak β.
    public var leak = 0.5

    /// A setting.
    public init(
        neurons: Int, error: Double, failure: Double, threshold: Double, layers: Int = 1,
        steps: Int = 1, largestDensity: Double = 0.4, leak: Double = 0.5
    ) {
        precondition(threshold > 0 && threshold < 1, "the theorem asks for a threshold in 0 … 1")
        precondition(error > 0 && failure > 0 && failure < 1, "errors and failures are positive")
        self.neurons = neurons
        self.error = error
        self.failure = failure
        self.threshold = threshold
        self.layers = layers
        self.steps = steps
        self.largestDensity = largestDensity
        self.leak = leak
    }

    /// `C_θ`: the probability that an intermediate neuron repeats its input whatever its state.
    public var thresholdConstant: Double { (1 - threshold) / 2 }
    /// `C`: how much the probability of a change grows with ε.
    public var changeConstant: Double { 2 * largestDensity / (1 - leak) }
    /// ε below which a network of these layers and steps has a width.
    public var largestError: Double {
        failure / (Double(neurons) * changeConstant * Double(layers) * Double(steps))
    }

    /// Probability that one of k pairs comes within ε of a weight: `1 − (1 − C_θ ε)^k`.
    public func success(ofSynapseWith k: Double) -> Double {
        -expm1(k * log1p(-thresholdConstant * error))
    }

    /// k for one synapse.
    public var synapse: Double { whole(log(1 / failure) / (thresholdConstant * error)) }
    /// k for one neuron with N inputs.
    public var neuron: Double {
        Double(neurons) * perInput(logarithm: log(Double(neurons) / failure))
    }
    /// k for the currents of a layer.
    public var layerCurrents: Double {
        Double(neurons) * perInput(logarithm: log(square / failure))
    }
    /// k for the spikes of a layer in one step; nil where no width is enough.
    public var layerSpikes: Double? { network(layers: 1, steps: 1, factor: square) }
    /// k for all layers in one step; nil where no width is enough.
    public var networkInOneStep: Double? { network(layers: layers, steps: 1, factor: square) }
    /// k for all layers and steps, as published; nil where no width is enough.
    public var network: Double? { network(layers: layers, steps: steps, factor: square) }
    /// k for all layers and steps with the factor N that the argument needs; nil where no width is enough.
    public var networkByBlocks: Double? {
        network(layers: layers, steps: steps, factor: Double(neurons))
    }

    private var square: Double { Double(neurons) * Double(neurons) }

    private func network(layers: Int, steps: Int, factor: Double) -> Double? {
        let rest =
            failure - Double(neurons) * changeConstant * Double(layers) * Double(steps) * error
        guard rest > 0 else { return nil }
        return factor * perInput(logarithm: log(square * Double(layers) / rest))
    }

    private func perInput(logarithm: Double) -> Double {
        whole(Double(neurons) / (thresholdConstant * error) * logarithm)
    }

    private func whole(_ number: Double) -> Double { max(number.rounded(.up), 1) }
}
