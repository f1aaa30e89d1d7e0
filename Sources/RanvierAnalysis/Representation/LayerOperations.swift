import RanvierNetworks
import RanvierTensors

/// What a layer of a network does for one sample.
package struct LayerOperations: Sendable {
    /// Name, as the network's observers hear it.
    package let layer: String
    /// Operations of synapses and updates of neurons.
    package let counts: SampleOperations
    /// Spikes of all its neurons at all steps.
    package let spikes: Double
}

/// Adds up what the layers of a network do while it answers.
package struct OperationTally {
    private struct Total {
        let layer: String
        var operations = OperationCount()
        var updates = 0
        var spikes = 0
    }

    private var layers: [Total] = []
    private var places: [String: Int] = [:]
    private var samples = 0

    /// Takes a layer's report; values are passed over.
    package mutating func observe(_ layer: String, _ observation: Observation) {
        switch observation {
        case .values: return
        case .spikeCounts(let counts):
            // A network without a clock: bins are those of the picture, and a neuron is updated once.
            change(layer) {
                $0.updates += counts.count / max(counts.shape[0], 1)
                $0.spikes += counts.scalars.reduce(0) { $0 + Int($1) }
            }
        case .tally(let tally): change(layer) { $0.spikes += tally.spikes }
        case .operations(let count):
            change(layer) { $0.operations = $0.operations + count }
        case .spikes(let spikes):
            change(layer) {
                $0.updates += spikes.count
                $0.spikes += spikes.spikeCount
            }
        }
    }

    private mutating func change(_ layer: String, _ body: (inout Total) -> Void) {
        let place = places[layer] ?? layers.count
        if place == layers.count {
            places[layer] = place
            layers.append(Total(layer: layer))
        }
        body(&layers[place])
    }

    /// Tells that so many samples were shown.
    package mutating func count(samples: Int) { self.samples += samples }

    /// Means over the samples, in forward order.
    package var perSample: [LayerOperations] {
        let count = Double(max(samples, 1))
        return layers.map {
            LayerOperations(
                layer: $0.layer,
                counts: SampleOperations(
                    $0.operations, samples: samples, neuronUpdates: Double($0.updates) / count),
                spikes: Double($0.spikes) / count)
        }
    }
}
