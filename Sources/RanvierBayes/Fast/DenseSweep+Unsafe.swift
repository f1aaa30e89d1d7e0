import CRanvierKernels
import RanvierTensors

/// Memory and kernels for visits of batches: forward and backward sweeps, and updates of totals, of a ``DensePosterior``.
///
/// Work is cut into parts of a layer's columns by the size of the layer, never by the number of threads. Moments of weights are made
/// anew where their totals are, while both are in the cache.
final class DenseSweep {
    private let network: DensePosterior
    private let capacity: Int
    private let layers: [SweepLayer]
    private let rule = GaussHermiteRule.standard
    private let logWeights: [Double]
    private var work: [Double]

    /// Memory for batches of up to some samples.
    ///
    /// - Parameter share: of the totals in the moments of weights: 1 for the posterior, less for a cavity.
    init(_ network: DensePosterior, samples: Int, share: Float) {
        self.network = network
        capacity = samples
        layers = network.layers.enumerated().map { index, layer in
            SweepLayer(
                layer, samples: samples, share: share, isFirst: index == 0,
                isLast: index == network.layers.count - 1, isExact: network.isExact)
        }
        logWeights = Self.logWeights(rule)
        work = Array(
            repeating: 0, count: 2 * (network.sizes.last ?? 1) * rule.nodes.count)
    }

    private static func logWeights(_ rule: GaussHermiteRule) -> [Double] {
        rule.weights.map(logarithm)
    }

    // MARK: - Forward

    /// ω and V of every layer.
    func forward(_ inputs: Tensor, _ variance: Tensor?) -> [(mean: Tensor, variance: Tensor)] {
        pass(inputs, variance)
        let count = inputs.shape[0]
        return layers.map { layer in
            func tensor(_ buffer: FloatBuffer) -> Tensor {
                Tensor(denseShape: [count, layer.outputs]) {
                    _ = $0.update(
                        fromContentsOf: UnsafeBufferPointer(
                            start: buffer.pointer, count: count * layer.outputs))
                }
            }
            return (tensor(layer.omega), tensor(layer.spread))
        }
    }

    private func pass(_ inputs: Tensor, _ variance: Tensor?) {
        let count = inputs.shape[0]
        precondition(count <= capacity, "\(count) samples, but memory for \(capacity)")
        let first = inputs.denseBuffer, own = variance?.denseBuffer
        layers[0].forward(first.pointer, own?.pointer, count: count)
        for (below, layer) in zip(layers, layers.dropFirst()) {
            layer.forward(below.outMean.pointer, below.outVariance.pointer, count: count)
        }
        withExtendedLifetime((first, own)) {}
    }

    // MARK: - Visits

    /// What is asked of the samples of a batch.
    enum Answers {
        case labels([Int32])
        case values([Float])
    }

    /// One forward and one backward sweep, and the totals of all layers after it.
    ///
    /// - Parameters:
    ///   - keep: 1 − ε.
    ///   - gain: γ.
    /// - Returns: the sum of log Z, and how many samples have their largest output at their label.
    func visit(
        _ inputs: Tensor, _ variance: Tensor?, _ answers: Answers, keep: Float, gain: Float
    ) -> (logNormalizer: Double, right: Int) {
        let count = inputs.shape[0]
        pass(inputs, variance)
        let result = meet(answers, count: count)
        for index in layers.indices.reversed() {
            let layer = layers[index]
            if index > 0 { layer.descend(to: layers[index - 1], count: count) }
            layer.update(keep: keep, gain: gain, count: count)
        }
        return result
    }

    private func meet(
        _ answers: Answers, count: Int
    ) -> (logNormalizer: Double, right: Int) {
        let last = layers[layers.count - 1]
        var right: Int64 = 0
        let sum = withFactor { factor, work in
            switch answers {
            case .labels(let labels):
                labels.withUnsafeBufferPointer {
                    rnv_expectation_output(
                        factor, count, last.outputs, last.omega.pointer, last.spread.pointer,
                        $0.baseAddress, nil, work, last.slope.pointer, last.curvature.pointer,
                        &right)
                }
            case .values(let values):
                values.withUnsafeBufferPointer {
                    rnv_expectation_output(
                        factor, count, last.outputs, last.omega.pointer, last.spread.pointer, nil,
                        $0.baseAddress, work, last.slope.pointer, last.curvature.pointer, &right)
                }
            }
        }
        return (sum, Int(right))
    }

    private func withFactor<Value>(
        _ body: (UnsafePointer<rnv_expectation_output_t>, UnsafeMutablePointer<Double>?) -> Value
    ) -> Value {
        let kind =
            switch network.output {
            case .argmax: RNV_OUTPUT_ARGMAX
            case .pairwise: RNV_OUTPUT_PAIRWISE
            case .oneVersusAll: RNV_OUTPUT_ONE_VERSUS_ALL
            case .gaussian: RNV_OUTPUT_GAUSSIAN
            }
        return rule.nodes.withUnsafeBufferPointer { nodes in
            logWeights.withUnsafeBufferPointer { weights in
                var factor = rnv_expectation_output_t(
                    factor: Int32(kind), node_count: rule.nodes.count,
                    nodes: nodes.baseAddress, log_weights: weights.baseAddress)
                return work.withUnsafeMutableBufferPointer { body(&factor, $0.baseAddress) }
            }
        }
    }

    /// The network with the totals as they are now.
    var posterior: DensePosterior {
        var network = network
        for (index, layer) in layers.enumerated() { layer.write(to: &network.layers[index]) }
        return network
    }

    /// Whether all totals are numbers.
    var isFinite: Bool { layers.allSatisfy(\.isFinite) }

    // MARK: - Answers

    /// Moments of the weights of a layer under its posterior.
    static func weightMoments(_ layer: DenseLayer) -> (mean: Tensor, variance: Tensor) {
        SweepLayer(
            layer, samples: 0, share: 1, isFirst: true, isLast: true, isExact: true
        ).weightMoments
    }

    /// Probability that each output is the largest.
    static func probabilities(mean: Tensor, variance: Tensor) -> Tensor {
        let rule = GaussHermiteRule.standard, weights = logWeights(rule)
        let (count, outputs) = (mean.shape[0], mean.shape[1])
        let omega = mean.denseBuffer, spread = variance.denseBuffer
        return Tensor(denseShape: mean.shape) { destination in
            guard let base = destination.baseAddress else { return }
            nonisolated(unsafe) let first = base
            Parallel.forEachRange(of: count, grain: 64) { range in
                rule.nodes.withUnsafeBufferPointer { nodes in
                    weights.withUnsafeBufferPointer { weights in
                        var factor = rnv_expectation_output_t(
                            factor: Int32(RNV_OUTPUT_ARGMAX),
                            node_count: rule.nodes.count, nodes: nodes.baseAddress,
                            log_weights: weights.baseAddress)
                        let at = range.lowerBound * outputs
                        rnv_expectation_probabilities(
                            &factor, range.count, outputs, omega.pointer + at,
                            spread.pointer + at, first + at)
                    }
                }
            }
            withExtendedLifetime((omega, spread)) {}
        }
    }
}
