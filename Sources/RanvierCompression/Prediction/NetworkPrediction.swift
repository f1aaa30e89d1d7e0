import RanvierNetworks
import RanvierTensors

/// What a change of weights is predicted to do to all spikes of a network, from one measurement of the unchanged one.
///
///     let calibration = try NetworkCalibration(of: model, on: samples)
///     let changed = try CompressionCandidate(rate: 0.5, bits: 4).weights(of: model.network)
///     let prediction = try NetworkPrediction(of: calibration, changed: changed)
///     prediction.meanChange           // of a spike, over all layers, neurons and steps
///
/// Layer by layer in forward order: the shift of each membrane follows from the change of the weights and of the inputs,
///
///     m[t] = β m[t−1] − f g Σ_j μ_j D_ij
///     s²[t] = β² s²[t−1] + f² g² Σ_j (v_j D_ij² + π_j[t] W_ij²)
///
/// with means μ and variances v of the inputs (of spikes r and r (1 − r)), the gain g of a normalisation, the weight f with which
/// currents enter, and the probability π that an input has changed, as the layer before was predicted. Inputs that are the same
/// at every step shift a membrane the same way at every step, so that their part of the deviation adds up like a mean. The estimates
/// `worst`, `expected` and `linear` look at weights alone, as published.
///
/// Predictions hold for inputs like those that were measured. They know no covariance between inputs, and no reset: a common
/// spike that resets a membrane to a potential erases a shift, and a spike that differs leaves two membranes apart, of which others
/// follow. With inputs that are the same at every step the latter makes them too low by up to two after some steps; their order is
/// what to go by. Large changes, under which a layer falls silent, are told apart by ``ChangeEstimate/bivariate`` alone. What happens
/// behind the last spikes is in ``synapses`` alone. Complexity: steps × weights. Source: Yao et al. 2023; signed sizes and the
/// way from layer to layer are an extension of this project.
public struct NetworkPrediction: Sendable, Hashable {
    /// Layers of neurons in forward order.
    public let layers: [LayerPrediction]
    /// Layers of synapses in forward order.
    public let synapses: [SynapsePrediction]
    /// `‖W − W'‖² / ‖W‖²` over all synapses.
    public let weightError: Double

    /// Mean probability of a changed spike over all layers, neurons and steps.
    public var meanChange: Double {
        let events = layers.reduce(0) { $0 + $1.events }
        return events > 0
            ? layers.reduce(0) { $0 + $1.meanChange * $1.events } / events : 0
    }

    /// `max(0, 1 − Σ p)` over all layers: a bound with the worst errors, and at practical sizes an empty one.
    public var union: Double { max(0, 1 - layers.reduce(0) { $0 + (1 - $1.union) }) }

    /// `Π (1 − p)` over all layers.
    public var product: Double { layers.reduce(1) { $0 * $1.product } }

    /// Predicts a change.
    ///
    /// - Parameters:
    ///   - changed: weights as layers would see them, by the parameters' names; what is not there stays as it is.
    ///   - estimate: `folded` and `bivariate` predict, the others are for comparison.
    /// - Throws: ``CompressionError`` for a name or shape that the network does not have, and for a network whose spikes do not
    ///   follow from spikes.
    public init(
        of calibration: NetworkCalibration, changed: [String: Tensor],
        estimate: ChangeEstimate = .folded
    ) throws(CompressionError) {
        let names = Set(calibration.synapses.map(\.parameter))
        if let stranger = changed.keys.sorted().first(where: { !names.contains($0) }) {
            throw .missing(
                layer: stranger, what: "statistics",
                advice: "change one of \(names.sorted().joined(separator: ", "))")
        }
        var changes: [String: SynapseChange] = [:]
        for synapses in calibration.synapses {
            changes[synapses.layer] = try SynapseChange(
                synapses, to: changed[synapses.parameter])
        }
        let follows = estimate == .folded || estimate == .bivariate
        var walk = ChangeWalk(calibration, changes, estimate, followsInputs: follows)
        for neurons in calibration.neurons { try walk.predict(neurons) }
        layers = walk.layers
        synapses = try walk.synapses()
        let squares = changes.values.reduce((0.0, 0.0)) {
            ($0.0 + $1.squares.difference, $0.1 + $1.squares.weights)
        }
        weightError = squares.1 > 0 ? squares.0 / squares.1 : 0
    }
}
