import RanvierAnalysis
import RanvierNetworks
import RanvierTensors

/// What a layer of a network does for one sample.
struct LayerOperations: Sendable {
    /// Name, as the network's observers hear it.
    let layer: String
    /// Operations of synapses and updates of neurons.
    var counts = OperationCounts()
    /// Spikes of all its neurons at all steps.
    var spikes = 0.0
}

/// Adds up what the layers of a network do while it answers.
struct OperationTally {
    private var layers: [LayerOperations] = []
    private var places: [String: Int] = [:]
    private var samples = 0

    /// Takes a layer's report; values are passed over.
    mutating func observe(_ layer: String, _ observation: Observation) {
        switch observation {
        case .values: return
        case .operations(let count):
            change(layer) {
                $0.counts.synaptic += Double(count.synaptic)
                $0.counts.multiplyAccumulate += Double(count.multiplyAccumulate)
            }
        case .spikes(let spikes):
            change(layer) {
                $0.counts.neuronUpdates += Double(spikes.count)
                $0.spikes += Double(spikes.spikeCount)
            }
        }
    }

    private mutating func change(_ layer: String, _ body: (inout LayerOperations) -> Void) {
        let place = places[layer] ?? layers.count
        if place == layers.count {
            places[layer] = place
            layers.append(LayerOperations(layer: layer))
        }
        body(&layers[place])
    }

    /// Tells that so many samples were shown.
    mutating func count(samples: Int) { self.samples += samples }

    /// Means over the samples, in forward order.
    var perSample: [LayerOperations] {
        let count = Double(max(samples, 1))
        return layers.map {
            LayerOperations(layer: $0.layer, counts: $0.counts / count, spikes: $0.spikes / count)
        }
    }
}
