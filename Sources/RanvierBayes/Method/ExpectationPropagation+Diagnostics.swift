import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierTensors

extension BayesianModel {
    /// Mean variance of the weights of each layer, as a share of that of the prior.
    var varianceShares: [Double] {
        posterior.layers.map { layer in
            var before = layer
            before.precision = .zeros(layer.precision.shape)
            before.linear = .zeros(layer.linear.shape)
            func mean(_ layer: DenseLayer) -> Double {
                let tensor = DenseSweep.weightMoments(layer).variance
                return Double(tensor.sum().scalar) / Double(max(tensor.count, 1))
            }
            let prior = mean(before)
            return prior > 0 ? mean(layer) / prior : 0
        }
    }
}

extension EpochReport {
    private static let sharesKey = "posteriorVarianceShares"

    /// Mean variance of the weights of each layer after the epoch, as a share of that of the prior; empty for other methods.
    public var posteriorShares: [Double] {
        get {
            guard case .list(let values)? = records[Self.sharesKey] else { return [] }
            return values.compactMap {
                switch $0 {
                case .float(let number): number
                case .integer(let number): Double(number)
                default: nil
                }
            }
        }
        set { records[Self.sharesKey] = .list(newValue.map { .float($0) }) }
    }
}

extension ExpectationPropagation {
    /// A share for each layer.
    public func requireFit(of reports: [EpochReport]) throws {
        let layers = bayesianModel.plan.synapses.count
        for report in reports {
            let shares = report.posteriorShares
            guard shares.count == layers, shares.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
                throw TrainingStateError(
                    expected: "\(layers) shares of variance, of at least 0, in the report of epoch "
                        + "\(report.epoch)", found: "\(shares)")
            }
        }
    }

    /// How sure of its weights each layer became.
    public func diagnostics(of reports: [EpochReport], on data: Dataset) -> [Diagnostic] {
        guard !reports.isEmpty else { return [] }
        let curves = bayesianModel.plan.synapses.indices.map { layer in
            Figure.Curve(
                name: BayesianPlan.synapsesName(layer), x: reports.map { Double($0.epoch) },
                y: reports.map {
                    $0.posteriorShares.indices.contains(layer) ? $0.posteriorShares[layer] : nil
                })
        }
        return [
            Diagnostic(
                title: "How sure the weights became",
                summary:
                    "Mean variance of the weights of each layer as a share of that of the prior: 1 "
                    + "says that data told nothing.",
                figures: [
                    Figure(
                        name: "posterior-variance", title: "Variance of weights over training",
                        summary: "What is left of the prior's variance.", xName: "Epoch",
                        yName: "Share of the prior's variance", curves: curves, hasWholeSteps: true)
                ])
        ]
    }
}
