import Foundation
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// A layered theta network in single precision as the one ruler sees it: data sets in, probabilities out.
///
/// Values in 0…1 are coded by latency, one spike each; or a raster's spikes keep their times and the first
/// few of each channel come in, each with a weight of its own. The class is that of the first output spike;
/// its probability is the softmax of −t/ξ over the first spike times of the outputs, which is also what
/// the loss takes (Klos & Memmesheimer, arXiv:2309.14523).
public final class ExactClassifier: SpikingModel {
    /// The network; training replaces it.
    public internal(set) var network: ThetaClassifier<Float>
    /// Whether spikes after the trial count when a class is named; else such outputs tie at T.
    public let countsPseudospikes: Bool
    /// Samples are rasters `[T, channels…]` of which this many spikes of each channel come in, a bin of the
    /// code for each step; nil where samples are values.
    public let spikesPerChannel: Int?

    /// Samples at once in evaluation.
    private static let batchSize = 1000

    /// A model of a network.
    public init(
        network: ThetaClassifier<Float>, countsPseudospikes: Bool = false,
        spikesPerChannel: Int? = nil
    ) {
        self.network = network
        self.countsPseudospikes = countsPseudospikes
        self.spikesPerChannel = spikesPerChannel
    }

    /// The samples of a data set as spike times of inputs, in bins.
    ///
    /// - Throws: ``ExactError`` where the number of values does not fit the network.
    public func batch(of data: Dataset) throws -> ThetaBatch {
        let labels = data.labels.map(Int32.init)
        if let spikesPerChannel {
            return try ThetaBatch(
                rasters: data.values, labels: labels, steps: network.code.bins,
                channels: network.sizes[0] / spikesPerChannel, spikesPerChannel: spikesPerChannel)
        }
        return try ThetaBatch(
            pixels: data.values.map { network.code.bin(of: $0) }, labels: labels,
            inputs: network.sizes[0])
    }

    /// Measures the network on a data set.
    public func evaluate(on data: Dataset, observer: any TrainingObserver) throws -> Evaluation {
        var result = Evaluation(labels: data.labels, classNames: data.classNames)
        var tally = SpikeTally(sizes: network.sizes)
        let start = ContinuousClock.now
        var lossSum = 0.0
        for first in stride(from: 0, to: data.count, by: Self.batchSize) {
            if observer.shouldStop {
                throw TrainingError.interrupted(epoch: 0, lastCompletedEpoch: 0)
            }
            let part = data.subset(Array(first..<min(first + Self.batchSize, data.count)))
            let batch = try batch(of: part)
            let outcome = try evaluate(batch)
            tally.add(outcome, inputs: batch, silentBin: UInt8(network.code.bins))
            result.probabilities += probabilities(of: outcome)
            lossSum +=
                (countsPseudospikes
                    ? outcome.loss
                    : outcome.ordinaryLoss(
                        labels: batch.labels, earliness: network.earliness,
                        temperature: network.temperature))
                * Double(part.count)
        }
        result.seconds = (ContinuousClock.now - start) / .seconds(1)
        result.loss = lossSum / Double(max(data.count, 1))
        result.activity = tally.activity(samples: data.count)
        result.operations = tally.operations
        return result
    }

    private func evaluate(_ batch: ThetaBatch) throws(ExactError) -> ThetaOutcome {
        var trainer = try ThetaTrainer(network)
        return try trainer.evaluate(batch)
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

    /// Seconds from one sample to its answer, the median of several.
    public func secondsPerSample(on data: Dataset) throws -> Double {
        guard data.count > 0 else { return 0 }
        var trainer = try ThetaTrainer(network)
        var times: [Double] = []
        for run in 0..<33 {
            let batch = try batch(of: data.subset([run % data.count]))
            let start = ContinuousClock.now
            _ = try trainer.evaluate(batch)
            times.append((ContinuousClock.now - start) / .seconds(1))
        }
        let sorted = times.dropFirst(3).sorted()
        return sorted[sorted.count / 2]
    }

    /// Spike times of one sample on a grid of 200 bins over the trial, layer by layer.
    public func spikes(ofSample index: Int, in data: Dataset) throws -> [LayerSpikes] {
        let bins = 200, times = try spikeTimes(of: data.subset([index]))
        return times.enumerated().map { layer, neurons in
            var grid = [Float](repeating: 0, count: bins * neurons.count)
            for (neuron, times) in neurons.enumerated() {
                for time in times where time < network.trial {
                    grid[Int(time / network.trial * Double(bins)) * neurons.count + neuron] = 1
                }
            }
            return LayerSpikes(
                name: layerName(layer), spikes: Tensor(grid, shape: [bins, neurons.count]),
                timeStep: network.trial / Double(bins))
        }
    }

    /// Ordinary spike times of the first sample of a set: layer, neuron, spike.
    ///
    /// From the event-driven simulation of single neurons, which agrees with the fast path.
    public func spikeTimes(of data: Dataset) throws -> [[[Double]]] {
        let batch = try batch(of: data)
        var arriving = batch.pixels.prefix(network.sizes[0]).enumerated().compactMap {
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
            let graph = try EventNetwork(
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

    private func layerName(_ layer: Int) -> String { "theta\(layer + 1)" }

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
    /// - Throws: `NetworkError.parameters` where one is missing or has another shape.
    public func restore(_ parameters: [String: Tensor]) throws {
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

/// Adds up spikes and synaptic operations over batches.
private struct SpikeTally {
    let sizes: [Int]
    private(set) var operations = OperationCount()
    private var spikes: [Int]
    private var fired: [Bool] = []

    init(sizes: [Int]) {
        self.sizes = sizes
        spikes = Array(repeating: 0, count: sizes.count - 1)
    }

    mutating func add(_ outcome: ThetaOutcome, inputs: ThetaBatch, silentBin: UInt8) {
        operations.synaptic += inputs.pixels.count { $0 < silentBin } * sizes[1]
        for (position, count) in outcome.spikes.enumerated() {
            let layer = position % spikes.count
            spikes[layer] += Int(count)
            if layer + 2 < sizes.count { operations.synaptic += Int(count) * sizes[layer + 2] }
        }
        fired = fired.isEmpty ? outcome.fired : zip(fired, outcome.fired).map { $0 || $1 }
    }

    func activity(samples: Int) -> [LayerActivity] {
        var start = 0
        return spikes.enumerated().map { layer, count in
            let neurons = sizes[layer + 1]
            defer { start += neurons }
            let silent = fired.dropFirst(start).prefix(neurons).count { !$0 }
            return LayerActivity(
                name: "theta\(layer + 1)", neurons: neurons, steps: 1,
                spikesPerSample: Double(count) / Double(max(samples, 1)),
                silentNeurons: Double(silent) / Double(neurons))
        }
    }
}
