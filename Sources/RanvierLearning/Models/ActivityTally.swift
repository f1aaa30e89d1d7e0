import RanvierNetworks
import RanvierTensors

/// Adds up what the layers of a network report over many batches.
final class ActivityTally {
    private struct Entry {
        var neurons: Int
        var steps: Int
        var perNeuron: Tensor
        /// Spikes that were only heard of as a number, and who fired them.
        var counted = 0
        var fired: [Bool] = []
    }

    /// Operations of each layer that reports any, in forward order.
    private(set) var layerOperations: [LayerOperationCount] = []
    private var order: [String] = []
    private var entries: [String: Entry] = [:]

    /// To be given to a forward context as its observer.
    func observe(_ layer: String, _ observation: Observation) {
        switch observation {
        case .operations(let count): add(layer, count)
        case .values, .spikeCounts: break
        case .tally(let tally): add(layer, tally)
        case .spikes(let spikes):
            let neurons = spikes.shape.dropFirst(2).reduce(1, *)
            // Marks, not values: +1 and −1 are two spikes, and a payload of 3 is one.
            let counts = spikes.spikeMarks.sum(axes: [0])
                .reshaped(to: [spikes.shape[1], neurons]).sum(axes: [0])
            if entries[layer] == nil { order.append(layer) }
            var entry =
                entries[layer]
                ?? Entry(neurons: neurons, steps: spikes.shape[0], perNeuron: .zeros([neurons]))
            entry.perNeuron = entry.perNeuron + counts
            entries[layer] = entry
        }
    }

    /// Operations of all layers.
    var operations: OperationCount {
        layerOperations.reduce(OperationCount()) { $0 + $1.operations }
    }

    private func add(_ layer: String, _ count: OperationCount) {
        if let place = layerOperations.firstIndex(where: { $0.name == layer }) {
            layerOperations[place].operations = layerOperations[place].operations + count
        } else {
            layerOperations.append(LayerOperationCount(name: layer, operations: count))
        }
    }

    private func add(_ layer: String, _ tally: SpikeTally) {
        if entries[layer] == nil { order.append(layer) }
        var entry =
            entries[layer]
            ?? Entry(neurons: tally.fired.count, steps: 1, perNeuron: .zeros([tally.fired.count]))
        entry.counted += tally.spikes
        entry.fired =
            entry.fired.isEmpty ? tally.fired : zip(entry.fired, tally.fired).map { $0 || $1 }
        entries[layer] = entry
    }

    func layers(samples: Int) -> [LayerActivity] {
        order.compactMap { name in
            guard let entry = entries[name] else { return nil }
            let counts = entry.perNeuron.scalars
            // Float sums of counts are exact up to 2²⁴; the total is taken in double precision.
            let total = counts.reduce(Double(entry.counted)) { $0 + Double($1) }
            let silent = counts.indices.count {
                counts[$0] == 0 && !(entry.fired.isEmpty ? false : entry.fired[$0])
            }
            return LayerActivity(
                name: name, neurons: entry.neurons, steps: entry.steps,
                spikesPerSample: total / Double(max(samples, 1)),
                silentNeurons: Double(silent) / Double(max(entry.neurons, 1)))
        }
    }
}
