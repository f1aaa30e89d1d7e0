import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// What criteria and predictions need to know of a network, measured by letting it answer some samples.
///
///     let calibration = try NetworkCalibration(of: model, on: data.train.prefix(256))
///     calibration.neurons[0].rates            // of each neuron, or channel
///     calibration.synapses[0].inputMean       // firing rates of its inputs
///
/// Means and variances are those of all samples, added up in double precision (deviations within a block of samples in single
/// precision); memory is that of one batch and of the statistics. Linear
/// synapses, delayed ones, convolutions, recurrent weights and layers made of layers are measured; what does not tell of itself
/// is refused by its name.
///
/// Source: the statistics of Yao et al. 2023.
public struct NetworkCalibration: Sendable {
    /// Layers of synapses in forward order; recurrent weights behind what drives their neurons.
    public let synapses: [SynapseStatistics]
    /// Layers of spiking neurons in forward order.
    public let neurons: [NeuronStatistics]
    /// Which synapses drive which neurons.
    public let paths: [CurrentPath]
    /// Samples that were shown.
    public let samples: Int
    let graph: SynapticGraph

    /// Measures a model on samples, which are scaled and encoded as for its evaluation.
    ///
    /// - Throws: ``CompressionError`` that names the layer; what preparing or encoding the samples throws.
    public init(of model: ClockedModel, on samples: Dataset, batchSize: Int? = nil) throws {
        let data = try model.prepared(samples)
        var pass = CalibrationPass()
        for batch in Batches(data, size: batchSize ?? model.batchSize) {
            try pass.add(
                try model.shown(batch.features, samples: batch.indices), to: model.network)
        }
        try self.init(pass, of: model.network)
    }

    /// Measures a network on sequences `[T, B, …]`.
    ///
    /// - Throws: ``CompressionError`` that names the layer.
    public init(of network: Network, on sequences: [Tensor]) throws(CompressionError) {
        var pass = CalibrationPass()
        for sequence in sequences { try pass.add(sequence, to: network) }
        try self.init(pass, of: network)
    }

    private init(_ pass: CalibrationPass, of network: Network) throws(CompressionError) {
        guard pass.samples > 0 else {
            throw .impossibleValue(
                what: "samples to measure a network on", expected: "at least one", found: "none")
        }
        samples = pass.samples
        graph = try SynapticGraph(
            of: network, synapses: Set(pass.inputs.keys), membranes: Set(pass.membranes.keys),
            recurrent: Set(pass.heard.keys))
        let parameters = Dictionary(
            network.layerParameters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var synapses: [SynapseStatistics] = []
        for (layer, _) in graph.sources {
            guard let parameter = parameters["\(layer).weights"],
                let input = pass.inputs[layer] ?? pass.heard[layer]
            else {
                throw .unmeasured(
                    layer: layer, kind: "synapses", reason: "it has no parameter 'weights'")
            }
            synapses.append(
                input.statistics(
                    of: layer, parameter, isRecurrent: pass.inputs[layer] == nil))
        }
        self.synapses = synapses
        neurons = graph.neurons.compactMap { pass.membranes[$0]?.statistics(of: $0) }
        paths = graph.paths
        for path in paths {
            guard let layer = neurons.first(where: { $0.layer == path.neurons }),
                let outputs = synapses.first(where: { $0.layer == path.synapses })?.layout.outputs
            else { continue }
            guard layer.units % outputs == 0 else {
                throw .mismatch(
                    layer: path.neurons, what: "neurons",
                    expected: "a multiple of the \(outputs) outputs of '\(path.synapses)'",
                    found: "\(layer.units)")
            }
        }
    }

    /// Statistics of a layer of neurons.
    public func neurons(named layer: String) -> NeuronStatistics? {
        neurons.first { $0.layer == layer }
    }

    /// Statistics of a layer of synapses.
    public func synapses(named layer: String) -> SynapseStatistics? {
        synapses.first { $0.layer == layer }
    }

    /// Where the currents of some synapses first reach neurons; nil for a read-out.
    public func path(of synapses: String) -> CurrentPath? {
        paths.first { $0.synapses == synapses }
    }
}
