/// How alike a layer and its changed copy are predicted to fire, step by step.
///
/// Predictions hold for inputs like those the statistics were measured on. To predict use `folded` or `bivariate`; the union of the
/// worst case is a bound, and at practical sizes an empty one (0). Complexity: steps × neurons estimates.
public struct AgreementPrediction: Sendable, Hashable {
    /// Probability of a changed spike, a row for each step, a number for each neuron.
    public var change: [[Double]]

    /// Predicts one layer.
    ///
    /// - Parameters:
    ///   - membranes: of the unchanged layer, a row for each step, one for each neuron.
    ///   - change: what the weights' change does to currents.
    ///   - memory: of the membranes.
    public init(
        _ estimate: ChangeEstimate, membranes: [[GaussianMembrane]], change: WeightChange,
        threshold: Double, memory: MembraneMemory
    ) {
        self.change = membranes.enumerated().map { step, row in
            precondition(
                row.count == change.worst.count,
                "step \(step) has \(row.count) membranes for \(change.worst.count) neurons")
            let sizes = memory.sizeFactor(at: step), variances = memory.varianceFactor(at: step)
            return row.enumerated().map { i, membrane in
                switch estimate {
                case .worst:
                    FiringChange.interval(
                        membrane, threshold: threshold, error: change.worst[i] * sizes)
                case .expected:
                    FiringChange.interval(
                        membrane, threshold: threshold, error: change.expected[i] * sizes)
                case .linear:
                    FiringChange.linear(
                        membrane, threshold: threshold, error: change.expected[i] * sizes)
                case .folded:
                    FiringChange.folded(
                        membrane, threshold: threshold, shiftMean: change.shiftMean[i] * sizes,
                        shiftVariance: change.shiftVariance[i] * variances)
                case .bivariate:
                    FiringChange.bivariate(
                        membrane, threshold: threshold, shiftMean: change.shiftMean[i] * sizes,
                        shiftVariance: change.shiftVariance[i] * variances)
                }
            }
        }
    }

    /// `max(0, 1 − Σ p)`: a bound where each p is one.
    public var union: Double { max(0, 1 - change.reduce(0) { $0 + $1.reduce(0, +) }) }

    /// `Π (1 − p)`: as if neurons and steps were independent.
    public var product: Double { change.reduce(1) { $0 * $1.reduce(1) { $0 * (1 - $1) } } }

    /// Mean over neurons and steps.
    public var meanChange: Double {
        let count = change.reduce(0) { $0 + $1.count }
        return count > 0 ? change.reduce(0) { $0 + $1.reduce(0, +) } / Double(count) : 0
    }

    /// Mean over steps for each neuron: π of the next layer, ``WeightChange/init(from:to:order:inputRates:inputChange:layer:)``.
    public var outputChange: [Double] {
        guard let first = change.first else { return [] }
        return first.indices.map { i in
            change.reduce(0) { $0 + $1[i] } / Double(change.count)
        }
    }
}
