import RanvierNetworks
import RanvierTensors

/// Samples on their way through a network and its quantised copy, layer by layer.
struct QuantizationPass {
    let quantization: PostTrainingQuantization
    let before: Network
    let after: Network
    /// What each batch is shown.
    let sequences: [Tensor]
    private(set) var biases: [QuantizedModel.Bias] = []
    private(set) var neurons: [QuantizedModel.Neurons] = []

    /// Quantiles are taken of so many membranes.
    private static let mostMembranes = 1 << 15
    /// Thresholds are moved so often: a reset at another threshold leaves other membranes.
    private static let rounds = 4

    init(
        quantization: PostTrainingQuantization, before: Network, after: Network,
        sequences: [Tensor]
    ) {
        self.quantization = quantization
        self.before = before
        self.after = after
        self.sequences = sequences
    }

    private var context: ForwardContext { ForwardContext(timeStep: before.timeStep) }

    /// Goes through all layers in order and corrects those of the copy.
    mutating func run() {
        var wanted = sequences, found = sequences
        for (old, new) in zip(before.stages, after.stages) {
            let target = wanted.map { old.layer($0, in: context) }
            var reached = found.map { new.layer($0, in: context) }
            if new.layer.parameters.contains(where: { $0.parameter.isPrunable }),
                !new.layer.isSpiking
            {
                correctBias(of: new, target: target, &reached, from: found)
            }
            if new.layer.isSpiking { tuneThreshold(of: new, target: target, &reached, from: found) }
            (wanted, found) = (target, reached)
        }
    }

    // MARK: - Biases

    private mutating func correctBias(
        of stage: Network.Stage, target: [Tensor], _ reached: inout [Tensor], from input: [Tensor]
    ) {
        guard stage.layer.children.isEmpty else { return }
        let bias = stage.layer.parameters.first { $0.name == "bias" }?.parameter
        let shift = Self.channelMeans(target) - Self.channelMeans(reached)
        let corrects = quantization.correctsBiases && bias?.shape == shift.shape
        biases.append(
            QuantizedModel.Bias(
                layer: stage.name, largestShift: Double(shift.largestSize), isCorrected: corrects))
        guard corrects, let bias else { return }
        bias.value = bias.value + shift
        reached = input.map { stage.layer($0, in: context) }
    }

    /// Means over steps, samples and places of each channel, `[C]`.
    private static func channelMeans(_ parts: [Tensor]) -> Tensor {
        let channels = parts[0].shape.last ?? 1
        var sums = [Double](repeating: 0, count: channels), count = 0
        for part in parts {
            let rows = part.count / channels
            let means = part.dense.reshaped(to: [rows, channels]).mean(axes: [0]).scalars
            for (channel, mean) in means.enumerated() {
                sums[channel] += Double(mean) * Double(rows)
            }
            count += rows
        }
        return Tensor(sums.map { Float($0 / Double(max(count, 1))) }, shape: [channels])
    }

    // MARK: - Thresholds

    private mutating func tuneThreshold(
        of stage: Network.Stage, target: [Tensor], _ reached: inout [Tensor], from input: [Tensor]
    ) {
        let wanted = Self.rate(target), first = Self.rate(reached)
        var entry = QuantizedModel.Neurons(
            layer: stage.name, rate: wanted, quantizedRate: first, finalRate: first,
            thresholdFactor: 1)
        defer { neurons.append(entry) }
        guard quantization.tunesThresholds, wanted > 0, wanted < 1, stage.layer.children.isEmpty,
            let threshold = stage.layer.parameters.first(where: { $0.name == "threshold" })?
                .parameter
        else { return }
        let start = threshold.value
        var factor = 1.0
        for _ in 0..<Self.rounds {
            let ratios = input.flatMap { membraneRatios(of: stage.layer, $0, threshold.seen) }
            guard let quantile = Self.quantile(1 - wanted, of: ratios), quantile > 0 else { break }
            factor *= Double(quantile)
            threshold.value = start * Float(factor)
            let spikes = input.map { stage.layer($0, in: context) }, rate = Self.rate(spikes)
            guard abs(rate - wanted) < abs(entry.finalRate - wanted) else { break }
            (entry.finalRate, entry.thresholdFactor) = (rate, factor)
            reached = spikes
        }
        threshold.value = start * Float(entry.thresholdFactor)
    }

    /// Membranes before the reset in units of the threshold, not more than are needed.
    private func membraneRatios(
        of layer: any Layer, _ input: Tensor, _ threshold: Tensor
    ) -> [Float] {
        let membrane: Tensor?
        switch layer {
        case let layer as LIF:
            membrane =
                layer.dynamics.run(
                    input, leak: layer.leakFactor(timeStep: before.timeStep),
                    threshold: threshold, state: layer.firstMembrane(for: input),
                    keepsMembrane: true
                ).membrane
        case let layer as any PopulationLayer:
            let numbers = layer.populationParameters(timeStep: before.timeStep)
            membrane =
                layer.dynamics.run(
                    input, numbers, state: layer.firstState(for: input, numbers),
                    keepsMembrane: true
                ).membrane
        default: membrane = nil
        }
        guard let ratios = membrane.map({ ($0 / threshold).scalars }) else { return [] }
        // An odd distance, so that no channel is left out.
        let distance = max(ratios.count * sequences.count / Self.mostMembranes, 1) | 1
        return stride(from: 0, to: ratios.count, by: distance).map { ratios[$0] }
    }

    /// The number below which a share of some numbers lies.
    private static func quantile(_ share: Double, of numbers: [Float]) -> Float? {
        guard !numbers.isEmpty else { return nil }
        let sorted = numbers.sorted()
        return sorted[min(Int((share * Double(sorted.count)).rounded()), sorted.count - 1)]
    }

    /// Spikes of a neuron and step.
    private static func rate(_ spikes: [Tensor]) -> Double {
        let count = spikes.reduce(0) { $0 + $1.count }
        let sum = spikes.reduce(0.0) { $0 + Double($1.sum().scalar) }
        return count > 0 ? sum / Double(count) : 0
    }
}

extension Layer {
    /// Whether spikes come out of neurons in this layer.
    var isSpiking: Bool { remembers && signal(for: Signal(.values)).content == .spikes }
}
