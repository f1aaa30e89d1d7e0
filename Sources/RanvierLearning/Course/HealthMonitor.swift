import RanvierData
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// Looks for layers that cannot learn or cannot tell samples apart.
struct HealthMonitor {
    /// Samples looked at after each epoch.
    private let sampleCount = 128
    /// Share of samples without a spike above which a layer counts as silent.
    private let silentShare = 0.99
    /// Firing rate above which a layer counts as saturated: a neuron that fires at 99 % of the steps.
    private let saturatedRate = 0.99

    /// A sentence for each layer that is silent or saturated.
    func check(_ network: Network, _ data: Dataset, _ encoding: any SpikeEncoder) throws -> [String]
    {
        let indices = Array(0..<min(sampleCount, data.count))
        let sequence = try encoding.encode(
            data.features(of: indices),
            at: EncodingPosition(
                stream: RandomStream(seed: 0, name: "health"), epoch: 0, samples: indices))
        var warnings: [String] = []
        let context = ForwardContext(timeStep: network.timeStep) { layer, observation in
            guard case .spikes(let spikes) = observation else { return }
            if let warning = warning(layer, spikes) { warnings.append(warning) }
        }
        _ = network(sequence, in: context)
        return warnings
    }

    private func warning(_ layer: String, _ spikes: Tensor) -> String? {
        let batch = spikes.shape[1], neurons = spikes.shape.dropFirst(2).reduce(1, *)
        let counts = spikes.spikeMarks.sum(axes: [0]).reshaped(to: [batch, neurons]).sum(axes: [1])
            .scalars
        let silent = Double(counts.count { $0 == 0 }) / Double(batch)
        let rate = Double(counts.reduce(0, +)) / Double(spikes.count)
        if silent >= silentShare {
            return "layer '\(layer)' is silent for \(percent(silent)) of the samples: raise its "
                + "input (gain, initial weights) or lower its threshold"
        }
        if rate >= saturatedRate {
            return "layer '\(layer)' is saturated: its neurons fire at \(percent(rate)) of the "
                + "steps; lower its input or raise its threshold"
        }
        return nil
    }

    private func percent(_ share: Double) -> String {
        "\((share * 1000).rounded() / 10) %"
    }
}
