import RanvierNetworks
import RanvierTensors

extension NetworkCalibration {
    /// What criteria need of a layer of synapses: its weights, rates of its inputs, and statistics of the neurons that its currents
    /// reach first; a read-out has none.
    ///
    /// Inputs that are values count with their mean size.
    public func layer(of parameter: Parameter) throws(CompressionError) -> PruningLayer {
        guard let synapses = synapses.first(where: { $0.parameter == parameter.name }) else {
            throw .missing(
                layer: parameter.name, what: "statistics",
                advice: "measure the network that it belongs to")
        }
        var layer = PruningLayer(
            name: parameter.name, weights: parameter.value, alive: parameter.mask?.alive,
            inputRates: synapses.inputSize)
        guard let path = path(of: synapses.layer), let neurons = neurons(named: path.neurons)
        else { return layer }
        let outputs = layer.layout.outputs, pooled = neurons.pooled(over: outputs)
        layer.outputs = PruningLayer.Outputs(
            membraneMean: pooled.mean, membraneVariance: pooled.variance,
            threshold: neurons.threshold, normalizationGain: path.meanGain(outputs: outputs))
        return layer
    }

    /// The layers of all prunable parameters of a network, in their order.
    public func layers(of network: Network) throws(CompressionError) -> [PruningLayer] {
        var layers: [PruningLayer] = []
        for parameter in network.prunableParameters { layers.append(try layer(of: parameter)) }
        return layers
    }
}

extension SilentNeurons {
    /// Masks of all prunable parameters without the connections from silent inputs and to silent outputs, in their order: what they
    /// take away changed no spike of the samples that were measured.
    ///
    /// An output of a convolution stays as long as it fires at any place. Of a layer whose neurons never fire all connections go. A
    /// silent neuron whose bias reaches the threshold may fire when what held it back is gone; those behind do not hear it.
    public static func masks(
        of network: Network, measured calibration: NetworkCalibration
    ) throws(CompressionError) -> [Tensor] {
        var masks: [Tensor] = []
        for parameter in network.prunableParameters {
            let layer = try calibration.layer(of: parameter)
            let synapses = calibration.synapses.first { $0.parameter == parameter.name }
            // A current may reach several layers, through shortcuts: an output is silent where all of them are.
            var rates: [Double]?
            for path in calibration.paths where path.synapses == synapses?.layer {
                guard let neurons = calibration.neurons(named: path.neurons) else { continue }
                let own = neurons.pooledRates(over: layer.layout.outputs)
                rates = rates.map { zip($0, own).map { $0 + $1 } } ?? own
            }
            masks.append(try mask(of: layer, outputRates: rates))
        }
        return masks
    }
}
