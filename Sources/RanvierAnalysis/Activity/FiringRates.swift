import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// How often each neuron of a network fires on some samples.
public struct FiringRates: Sendable, Hashable {
    /// Rates of a layer.
    public struct Layer: Sendable, Hashable {
        /// Name of the layer.
        public let name: String
        /// Spikes of each neuron per step (of networks without a clock, per bin of time); a spike with a sign or a payload is one.
        public let rates: [Double]

        /// Rates of a layer.
        public init(name: String, rates: [Double]) {
            self.name = name
            self.rates = rates
        }
    }

    /// Spiking layers in forward order.
    public let layers: [Layer]

    /// Rates that are known.
    public init(layers: [Layer]) { self.layers = layers }

    /// Measures a model on samples.
    ///
    /// - Throws: what the model throws.
    public init(of model: any SpikingModel, on samples: Dataset) throws {
        let data = try model.prepared(samples)
        var order: [String] = []
        var sums: [String: (spikes: [Double], steps: Double)] = [:]
        let listener = Listener(.signals(bins: 100)) {
            layer, observation in
            let marks: Tensor
            switch observation {
            case .spikes(let spikes): marks = spikes.spikeMarks
            case .spikeCounts(let counts): marks = counts
            case .values, .operations, .tally: return
            }
            let shape = marks.shape, neurons = shape.dropFirst(2).reduce(1, *)
            let counts = marks.sum(axes: [0]).reshaped(to: [shape[1], neurons]).sum(axes: [0])
                .scalars
            if sums[layer] == nil { order.append(layer) }
            var entry = sums[layer] ?? ([Double](repeating: 0, count: neurons), 0)
            for neuron in 0..<min(neurons, entry.spikes.count) {
                entry.spikes[neuron] += Double(counts[neuron])
            }
            entry.steps += Double(shape[0] * shape[1])
            sums[layer] = entry
        }
        for batch in Batches(data, size: model.batchSize) {
            _ = try model.respond(to: batch, listener: listener)
        }
        layers = order.compactMap { name in
            sums[name].map { entry in
                Layer(name: name, rates: entry.spikes.map { $0 / max(entry.steps, 1) })
            }
        }
    }
}
