import RanvierTensors

/// The change of a layer's weights, seen with the inputs that were measured.
struct SynapseChange: Sendable {
    let synapses: SynapseStatistics
    let shift: WeightChange
    let reach: WeightSquares
    /// Sums of squares over the layer.
    let squares: (difference: Double, weights: Double)
    /// Outputs.
    let outputs: Int

    init(_ synapses: SynapseStatistics, to changed: Tensor?) throws(CompressionError) {
        let weights = synapses.weights, changed = changed?.detached.dense ?? weights
        guard changed.shape == weights.shape else {
            throw .mismatch(
                layer: synapses.layer, what: "changed weights",
                expected: "shape \(weights.shape)", found: "shape \(changed.shape)")
        }
        guard changed.isFinite else {
            throw .notFinite(layer: synapses.layer, what: "changed weights")
        }
        let before = weights.scalars.map { Double($0) }
        let difference = zip(before, changed.scalars).map { $0 - Double($1) }
        self.synapses = synapses
        outputs = synapses.layout.outputs
        shift = WeightChange(
            synapses.layout, difference: difference, means: synapses.inputMean,
            variances: synapses.inputVariance, sizes: synapses.inputSize)
        reach = WeightSquares(synapses.layout, weights: before)
        squares = (
            difference.reduce(0) { $0 + $1 * $1 }, before.reduce(0) { $0 + $1 * $1 }
        )
    }
}
