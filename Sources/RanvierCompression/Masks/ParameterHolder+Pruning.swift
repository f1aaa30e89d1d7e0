import RanvierNetworks
import RanvierTensors

extension ParameterHolder {
    /// The parameters whose numbers are connections: all weights with more than one axis, first and last layer included;
    /// never biases, normalisation, thresholds, decays or delays.
    public var prunableParameters: [Parameter] { layerParameters.filter(\.isPrunable) }

    /// Takes away the connections with the smallest weights, besides those that are gone already.
    ///
    /// Other views of the parameters stay as they are.
    ///
    /// - Returns: the masks of ``prunableParameters``, in order.
    /// - Throws: ``CompressionError``; nothing is changed then.
    @discardableResult
    public func prune(_ pruning: Pruning) throws(CompressionError) -> PruningOutcome {
        let parameters = prunableParameters
        let outcome = try pruning.masks(
            of: parameters.map {
                ScoredLayer(name: $0.name, scores: $0.value, alive: $0.mask?.alive)
            })
        for (parameter, mask) in zip(parameters, outcome.masks) { parameter.mask = Mask(mask) }
        return outcome
    }

    /// Masks of the prunable parameters by name; of those that have none, ones.
    public var masks: [String: Tensor] {
        Dictionary(
            uniqueKeysWithValues: prunableParameters.map {
                ($0.name, $0.mask?.alive ?? .ones($0.shape))
            })
    }

    /// Share of the prunable weights that masks leave.
    public var density: Double {
        let masks = masks.values
        let all = masks.reduce(0) { $0 + $1.count }
        return all > 0
            ? Double(masks.reduce(0) { $0 + MagnitudeOrder.count(($1, $1)) }) / Double(all) : 1
    }
}

extension Parameter {
    /// The mask among the views; nil where there is none. Setting it leaves the other views as they are.
    public var mask: Mask? {
        get { views.lazy.compactMap { $0 as? Mask }.first }
        set {
            views = (newValue.map { [$0] } ?? []) + views.filter { !($0 is Mask) }
        }
    }
}
