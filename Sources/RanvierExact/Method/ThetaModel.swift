import Foundation
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// A layered theta network in single precision as the one ruler sees it: samples in, probabilities out.
///
/// Values in 0…1 are coded by latency, one spike each; or a raster's spikes keep their times and the first
/// few of each channel come in, each with a weight of its own. The class is that of the first output spike;
/// its probability is the softmax of −t/ξ over the first spike times of the outputs, which is also what
/// the loss takes (Klos & Memmesheimer, arXiv:2309.14523).
public struct ThetaModel: SpikingModel {
    /// `event-driven`.
    public static let kind = "event-driven"

    /// The network; training replaces it.
    public internal(set) var network: FastThetaNetwork<Float>
    /// Whether spikes after the trial count when a class is named; else such outputs tie at T.
    public let countsPseudospikes: Bool
    /// Samples are rasters `[T, channels…]` of which this many spikes of each channel come in, a bin of the
    /// code for each step; nil where samples are values.
    public let spikesPerChannel: Int?
    /// Range of the first weights: ±`scale`/√fan-in, plus `shift`/fan-in.
    public let firstWeights: (scale: Double, shift: Double)
    /// What goes in and what comes out.
    public var signature: ModelSignature

    /// A model of a network.
    ///
    /// - Parameter signature: values and classes without names, if left out.
    public init(
        network: FastThetaNetwork<Float>, countsPseudospikes: Bool = false,
        spikesPerChannel: Int? = nil, firstWeights: (scale: Double, shift: Double) = (0.5, 0),
        signature: ModelSignature? = nil
    ) {
        self.network = network
        self.countsPseudospikes = countsPseudospikes
        self.spikesPerChannel = spikesPerChannel
        self.firstWeights = firstWeights
        let shape =
            spikesPerChannel.map { [network.code.bins, network.sizes[0] / $0] }
            ?? [network.sizes[0]]
        self.signature =
            signature ?? ModelSignature(inputShape: shape, classes: network.classCount)
    }

    /// It spikes.
    public var family: NetworkFamily { .spiking }
    /// Samples at once in evaluation.
    public var batchSize: Int { 1000 }

    /// Samples as spike times of inputs, in bins.
    ///
    /// - Parameter labels: empty where there are none.
    /// - Throws: ``ExactError`` where the number of values does not fit the network; `SpikeError` for a value that the
    ///   code has no meaning for.
    public func batch(values: [Float], labels: [Int], count: Int) throws -> ThetaBatch {
        let labels =
            labels.isEmpty ? [Int32](repeating: 0, count: count) : labels.map(Int32.init)
        // The code itself takes what lies outside for the nearest end.
        let accepts = accepts
        if let index = values.firstIndex(where: { !accepts.contains($0) }) {
            let size = max(values.count / max(count, 1), 1)
            throw SpikeError.valueOutsideRange(
                encoder: encoding, sample: index / size, element: index % size,
                value: values[index], accepted: accepts)
        }
        if let spikesPerChannel {
            return try ThetaBatch(
                rasters: values, labels: labels, steps: network.code.bins,
                channels: network.sizes[0] / spikesPerChannel,
                spikesPerChannel: spikesPerChannel)
        }
        return try ThetaBatch(
            pixels: values.map { network.code.bin(of: $0) }, labels: labels,
            inputs: network.sizes[0])
    }

    /// Answers by the fast path. Whoever wants signals is shown the spikes of each sample in bins of the trial, from the
    /// event-driven simulation of single neurons, which agrees.
    public func respond(to batch: Batch, listener: Listener?) throws -> Responses {
        let samples = try self.batch(
            values: batch.features.scalars, labels: batch.labels, count: batch.count)
        var trainer = try ThetaTrainer(network)
        let outcome = try trainer.evaluate(samples)
        if let listener {
            switch listener.detail {
            case .counts: tell(listener, of: outcome, inputs: samples)
            case .signals(let bins): try tell(listener, of: samples, bins: bins)
            }
        }
        var responses = Responses(answers: probabilities(of: outcome), loss: .nan)
        if case .classes = batch.targets {
            responses.loss =
                countsPseudospikes
                ? outcome.loss
                : outcome.ordinaryLoss(
                    labels: samples.labels, earliness: network.earliness,
                    temperature: network.temperature)
        }
        return responses
    }

    /// Whole trials alone: the neurons know all inputs of a trial when they begin.
    public func stream() throws -> any ModelStream {
        throw ModelError.noStream(
            model: "a model of the kind '\(Self.kind)'",
            reason: "its neurons are given all spikes of a trial at once")
    }

    /// Softmax of −t/ξ. Where several outputs stay silent in the trial they share its end.
    private func probabilities(of outcome: ThetaOutcome) -> [[Float]] {
        let classes = outcome.classCount
        return outcome.losses.indices.map { sample in
            let times = outcome.times[sample * classes..<(sample + 1) * classes].map {
                countsPseudospikes ? $0 : min($0, outcome.trial)
            }
            let first = times.min() ?? 0
            let weights = times.map { exp((first - $0) / network.temperature) }
            let sum = weights.reduce(0, +)
            return weights.map { Float($0 / sum) }
        }
    }

    // MARK: - What listeners hear

    /// Spikes and operations of each layer for a whole batch.
    private func tell(_ listener: Listener, of outcome: ThetaOutcome, inputs: ThetaBatch) {
        let sizes = network.sizes, layers = network.layerCount
        let silent = UInt8(network.code.bins)
        var spikes = [Int](repeating: 0, count: layers)
        for (position, count) in outcome.spikes.enumerated() {
            spikes[position % layers] += Int(count)
        }
        var arriving = inputs.pixels.count { $0 < silent }
        var first = 0
        for layer in 0..<layers {
            let neurons = sizes[layer + 1]
            listener.hears(
                layerName(layer), .operations(OperationCount(synaptic: arriving * neurons)))
            listener.hears(
                layerName(layer),
                .tally(
                    SpikeTally(
                        spikes: spikes[layer],
                        fired: Array(outcome.fired[first..<first + neurons]))))
            arriving = spikes[layer]
            first += neurons
        }
    }

    /// Spike counts of each layer in equal bins of the trial.
    ///
    /// Spike times have no common axis that a linear kernel could compare (a neuron may spike any number of times, or
    /// never), so trains become rasters like those of a clocked network, whose steps the bins stand for.
    private func tell(_ listener: Listener, of samples: ThetaBatch, bins: Int) throws {
        var counts = network.sizes.dropFirst().map {
            [Float](repeating: 0, count: bins * samples.count * $0)
        }
        for sample in 0..<samples.count {
            let times = try spikeTimes(of: samples, sample: sample)
            for (layer, neurons) in times.enumerated() {
                for (neuron, spikes) in neurons.enumerated() {
                    for time in spikes where time < duration {
                        let bin = min(Int(time / duration * Double(bins)), bins - 1)
                        let row = bin * samples.count + sample
                        counts[layer][row * neurons.count + neuron] += 1
                    }
                }
            }
        }
        for (layer, counts) in counts.enumerated() {
            let raster = Tensor(
                counts, shape: [bins, samples.count, network.sizes[layer + 1]])
            // Counts always: what a batch happens to hold must not decide how it is told.
            listener.hears(layerName(layer), .spikeCounts(raster))
        }
    }

    /// Ordinary spike times of the first sample of a set: layer, neuron, spike.
    ///
    /// From the event-driven simulation of single neurons, which agrees with the fast path.
    public func spikeTimes(of data: Dataset) throws -> [[[Double]]] {
        let first = data.prefix(1)
        return try spikeTimes(
            of: batch(values: first.values, labels: first.labels, count: 1), sample: 0)
    }

    private func spikeTimes(of batch: ThetaBatch, sample: Int) throws -> [[[Double]]] {
        let inputs = network.sizes[0]
        var arriving = batch.pixels[sample * inputs..<(sample + 1) * inputs].enumerated().compactMap
        {
            input, bin -> InputSpike? in
            Int(bin) < network.code.bins
                ? InputSpike(time: network.code.binTimes[Int(bin)], input: input) : nil
        }
        var layers: [[[Double]]] = []
        for layer in 0..<network.layerCount {
            let weights = network.weights(layer), phases = network.phases(layer)
            var synapses: [Synapse] = []
            for (i, row) in weights.enumerated() {
                for spike in Set(arriving.map(\.input)).sorted() {
                    synapses.append(
                        Synapse(from: .input(spike), to: i, weight: row[spike]))
                }
            }
            let graph = try EventGraph(
                network.neuron, neuronCount: weights.count, inputCount: network.sizes[layer],
                synapses: synapses)
            let record = try graph.simulate(
                from: phases, inputs: arriving.sorted { $0.time < $1.time }, trial: network.trial)
            let times = record.spikesByNeuron().map { $0.map { record.events[$0].time } }
            arriving = times.enumerated().flatMap { neuron, times in
                times.map { InputSpike(time: $0, input: neuron) }
            }
            layers.append(times)
        }
        return layers
    }

    private func layerName(_ layer: Int) -> String { Self.layerName(layer) }
    static func layerName(_ layer: Int) -> String { "theta\(layer + 1)" }

    /// `first-spike`, or `spike-times` for rasters.
    public var encoding: String { spikesPerChannel == nil ? "first-spike" : "spike-times" }

    /// Values in 0…1, or numbers of spikes in the steps of a raster, of which more than one count as one.
    public var accepts: AcceptedValues { spikesPerChannel == nil ? .unit : .counts }

    /// Width of a bin in values; nothing is said of rasters, whose spikes come in as they lie in time.
    public var resolution: EncodingResolution? {
        guard spikesPerChannel == nil else { return nil }
        let bins = network.code.bins
        guard let silentBelow = network.code.silentBelow else {
            return .step(Double(256 / (bins + 1)) / 255)
        }
        if bins > 1 { return .step(max(1 / Double(bins - 1), silentBelow)) }
        return silentBelow < 0
            ? .nothing : .step(max(silentBelow, 1 - silentBelow))
    }

    /// Trial and code in words.
    public var presentation: String {
        let bins = network.code.bins == 1 ? "1 bin" : "\(network.code.bins) bins"
        let code =
            spikesPerChannel.map { "the first \($0) spikes of each channel in \(bins)" }
            ?? "values coded by latency in \(bins)"
        return "a trial of \(network.trial) s, \(code)"
    }

    /// Duration of a trial in seconds.
    public var duration: Double { network.trial }

    /// One phase per neuron.
    public var stateCount: Int { network.sizes.dropFirst().reduce(0, +) }

    // MARK: - Stored parameters

    /// `theta1.weights` `[in, out]` and `theta1.phases` `[out]`, and so on.
    public var parameters: [String: Tensor] {
        var all: [String: Tensor] = [:]
        for layer in 0..<network.layerCount {
            let shape = [network.sizes[layer], network.sizes[layer + 1]]
            let rows = network.weights(layer).flatMap { $0.map(Float.init) }
            all["\(layerName(layer)).weights"] = Tensor(rows, shape: [shape[1], shape[0]])
                .transposed()
            all["\(layerName(layer)).phases"] = Tensor(
                network.phases(layer).map(Float.init), shape: [shape[1]])
        }
        return all
    }

    /// Takes over stored parameters.
    ///
    /// - Throws: `NetworkError.parameters` where one is missing, strange or has another shape.
    public mutating func restore(_ parameters: [String: Tensor]) throws {
        try Self.requireShapes(of: parameters, sizes: network.sizes)
        var changed = network
        for layer in 0..<network.layerCount {
            let weights = try Self.required(
                "\(layerName(layer)).weights", in: parameters,
                shape: [network.sizes[layer], network.sizes[layer + 1]])
            let phases = try Self.required(
                "\(layerName(layer)).phases", in: parameters, shape: [network.sizes[layer + 1]])
            let rows = weights.transposed().scalars.map(Double.init)
            let inputs = network.sizes[layer]
            try changed.setWeights(
                (0..<network.sizes[layer + 1]).map {
                    Array(rows[$0 * inputs..<($0 + 1) * inputs])
                }, layer: layer)
            try changed.setPhases(phases.scalars.map(Double.init), layer: layer)
        }
        network = changed
    }

    private static func required(
        _ name: String, in parameters: [String: Tensor], shape: [Int]
    ) throws -> Tensor {
        guard let tensor = parameters[name] else {
            throw NetworkError.parameters(expected: "'\(name)'", found: "no such tensor")
        }
        guard tensor.shape == shape else {
            throw NetworkError.parameters(
                expected: "'\(name)' of shape \(shape)", found: "shape \(tensor.shape)")
        }
        return tensor
    }
}
