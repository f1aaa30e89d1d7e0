/// Mean squared distance of the first spikes of one neuron from target times.
///
///     L = 1/n Σ_k (t_k − t*_k)²
///
/// Source: Klos & Memmesheimer, arXiv:2309.14523, single-neuron task.
public struct TargetTimesLoss: SpikeTimeLoss {
    /// Target of spike 1, 2, …
    public let targets: [Double]
    /// The spikes the loss looks at.
    public let requests: [SpikeRequest]

    /// Creates a loss. Throws unless the targets are finite, positive and grow.
    public init(neuron: Int = 0, targets: [Double]) throws(ExactError) {
        try SpikeTrainLoss.validate(targets, neuron: neuron)
        self.targets = targets
        requests = targets.indices.map { SpikeRequest(neuron: neuron, number: $0 + 1) }
    }

    /// The loss and its derivative by each time.
    public func evaluate(
        _ times: [Double], trial: Double
    ) -> (value: Double, derivatives: [Double]) {
        let n = Double(targets.count)
        var value = 0.0
        var derivatives: [Double] = []
        for (time, target) in zip(times, targets) {
            value += (time - target) * (time - target) / n
            derivatives.append(2 * (time - target) / n)
        }
        return (value, derivatives)
    }
}
