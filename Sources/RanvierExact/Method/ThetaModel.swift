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
///
/// Weights `[in, out]` and phases are parameters, and weights may be seen through masks and quantisers:
///
///     try model.prune(Pruning(.global(rate: 0.9)))
///     model.layerParameters[0].views.append(SymmetricQuantizer(bits: 4))
///
/// Copies of a model share its parameters until one of them learns or takes over stored numbers.
public struct ThetaModel: SpikingModel, ParameterHolder {
    /// `event-driven`.
    public static let kind = "event-driven"

    /// Sizes, neurons, code and loss; its numbers are those of the parameters.
    let frame: FastThetaNetwork<Float>
    private var numbers: ThetaParameters
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
        frame = network
        numbers = ThetaParameters(of: network)
        self.countsPseudospikes = countsPseudospikes
        self.spikesPerChannel = spikesPerChannel
        self.firstWeights = firstWeights
        let shape =
            spikesPerChannel.map { [network.code.bins, network.sizes[0] / $0] }
            ?? [network.sizes[0]]
        self.signature =
            signature ?? ModelSignature(inputShape: shape, classes: network.classCount)
    }

    // MARK: - Numbers

    /// The network as it computes: its weights are those that views show. Made anew each time.
    public var network: FastThetaNetwork<Float> {
        var network = frame
        numbers.write(to: &network, seen: true)
        return network
    }

    /// The network with the weights behind the views.
    var storedNetwork: FastThetaNetwork<Float> {
        var network = frame
        numbers.write(to: &network, seen: false)
        return network
    }

    /// `theta1.weights`, `theta1.phases`, and so on.
    public var layerParameters: [Parameter] { numbers.layerParameters }

    /// Takes over the numbers that training has arrived at.
    mutating func store(_ network: FastThetaNetwork<Float>) {
        makeUnshared()
        numbers.take(network)
    }

    /// The views for training, which changes numbers of theirs; nil where there are none.
    ///
    /// - Throws: ``ExactError/unsupportedView(parameter:kind:supported:)``.
    mutating func ownLens() throws(ExactError) -> ThetaLens? {
        try requireKnownViews()
        makeUnshared()
        return ThetaLens(numbers)
    }

    private mutating func makeUnshared() {
        if !isKnownUniquelyReferenced(&numbers) { numbers = numbers.copy() }
    }

    /// Refuses views through which spike times have no exact gradient.
    ///
    /// - Throws: ``ExactError/unsupportedView(parameter:kind:supported:)``.
    func requireKnownViews() throws(ExactError) {
        for weights in numbers.weights {
            try ExactViews.require(weights.views, of: weights.name)
        }
        for phases in numbers.phases {
            guard let view = phases.views.first else { continue }
            throw .unsupportedView(
                parameter: phases.name, kind: type(of: view).kind, supported: [])
        }
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
                rasters: values, labels: labels, steps: frame.code.bins,
                channels: frame.sizes[0] / spikesPerChannel,
                spikesPerChannel: spikesPerChannel)
        }
        return try ThetaBatch(
            pixels: values.map { frame.code.bin(of: $0) }, labels: labels,
            inputs: frame.sizes[0])
    }

    /// Answers by the fast path. Whoever wants signals is shown the spikes of each sample in bins of the trial, from the
    /// event-driven simulation of single neurons, which agrees.
    public func respond(to batch: Batch, listener: Listener?) throws -> Responses {
        try requireKnownViews()
        let network = network
        let samples = try self.batch(
            values: batch.features.scalars, labels: batch.labels, count: batch.count)
        var trainer = try ThetaTrainer(network)
        let outcome = try trainer.evaluate(samples)
        if let listener {
            switch listener.detail {
            case .counts: tell(listener, network, of: outcome, inputs: samples)
            case .signals(let bins): try tell(listener, of: samples, bins: bins)
            }
        }
        var responses = Responses(answers: probabilities(of: outcome), loss: .nan)
        if case .classes = batch.targets {
            responses.loss =
                countsPseudospikes
                ? outcome.loss
                : outcome.ordinaryLoss(
                    labels: samples.labels, earliness: frame.earliness,
                    temperature: frame.temperature)
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
            let weights = times.map { exp((first - $0) / frame.temperature) }
            let sum = weights.reduce(0, +)
            return weights.map { Float($0 / sum) }
        }
    }

    // MARK: - What listeners hear

    /// Spikes and operations of each layer for a whole batch. A spike costs one operation for each weight behind it that is
    /// not zero, as seen.
    private func tell(
        _ listener: Listener, _ network: FastThetaNetwork<Float>, of outcome: ThetaOutcome,
        inputs: ThetaBatch
    ) {
        let sizes = network.sizes, silent = UInt8(network.code.bins)
        var arriving = [Int](repeating: 0, count: sizes[0])
        for (place, bin) in inputs.pixels.enumerated() where bin < silent {
            arriving[place % sizes[0]] += 1
        }
        var first = 0
        for layer in 0..<network.layerCount {
            let neurons = sizes[layer + 1]
            let operations = zip(arriving, network.fanOut(layer)).reduce(0) { $0 + $1.0 * $1.1 }
            listener.hears(layerName(layer), .operations(OperationCount(synaptic: operations)))
            arriving = Array(outcome.neuronSpikes[first..<first + neurons])
            listener.hears(
                layerName(layer),
                .tally(
                    SpikeTally(
                        spikes: arriving.reduce(0, +), fired: arriving.map { $0 > 0 })))
            first += neurons
        }
    }

    /// Spike counts of each layer in equal bins of the trial.
    ///
    /// Spike times have no common axis that a linear kernel could compare (a neuron may spike any number of times, or
    /// never), so trains become rasters like those of a clocked network, whose steps the bins stand for.
    private func tell(_ listener: Listener, of samples: ThetaBatch, bins: Int) throws {
        let network = network
        var counts = network.sizes.dropFirst().map {
            [Float](repeating: 0, count: bins * samples.count * $0)
        }
        for sample in 0..<samples.count {
            let times = try spikeTimes(of: samples, sample: sample, in: network)
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
            of: batch(values: first.values, labels: first.labels, count: 1), sample: 0, in: network)
    }

    private func spikeTimes(
        of batch: ThetaBatch, sample: Int, in network: FastThetaNetwork<Float>
    ) throws -> [[[Double]]] {
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

    private func layerName(_ layer: Int) -> String { ThetaParameters.layerName(layer) }

    /// `first-spike`, or `spike-times` for rasters.
    public var encoding: String { spikesPerChannel == nil ? "first-spike" : "spike-times" }

    /// Values in 0…1, or numbers of spikes in the steps of a raster, of which more than one count as one.
    public var accepts: AcceptedValues { spikesPerChannel == nil ? .unit : .counts }

    /// Width of a bin in values; nothing is said of rasters, whose spikes come in as they lie in time.
    public var resolution: EncodingResolution? {
        guard spikesPerChannel == nil else { return nil }
        let bins = frame.code.bins
        guard let silentBelow = frame.code.silentBelow else {
            return .step(Double(256 / (bins + 1)) / 255)
        }
        if bins > 1 { return .step(max(1 / Double(bins - 1), silentBelow)) }
        return silentBelow < 0
            ? .nothing : .step(max(silentBelow, 1 - silentBelow))
    }

    /// Trial and code in words.
    public var presentation: String {
        let bins = frame.code.bins == 1 ? "1 bin" : "\(frame.code.bins) bins"
        let code =
            spikesPerChannel.map { "the first \($0) spikes of each channel in \(bins)" }
            ?? "values coded by latency in \(bins)"
        return "a trial of \(frame.trial) s, \(code)"
    }

    /// Duration of a trial in seconds.
    public var duration: Double { frame.trial }

    /// One phase per neuron.
    public var stateCount: Int { frame.sizes.dropFirst().reduce(0, +) }

    // MARK: - Stored parameters

    /// `theta1.weights` `[in, out]` and `theta1.phases` `[out]`, and so on, and what views keep:
    /// `theta1.weights/mask/alive`.
    public var parameters: [String: Tensor] { storedTensors }

    /// Through their views.
    public var storage: [StoredNumbers] { storedNumbers }

    /// Takes over stored parameters; views stay as they are.
    ///
    /// - Throws: `NetworkError.parameters` where one is missing, strange or has another shape; ``ExactError`` for numbers
    ///   that cannot be.
    public mutating func restore(_ parameters: [String: Tensor]) throws {
        try restoreAll(parameters.filter { !$0.key.contains("/") })
    }

    /// The same for numbers alone.
    mutating func restoreAll(_ numbers: [String: Tensor]) throws {
        try Self.requireShapes(of: numbers, sizes: frame.sizes)
        for layer in 0..<frame.layerCount {
            for weight in numbers["\(layerName(layer)).weights"]?.scalars ?? [] {
                try ExactError.requireFinite("a weight of \(layerName(layer))", Double(weight))
            }
            for phase in numbers["\(layerName(layer)).phases"]?.scalars ?? [] {
                try ExactError.require(
                    "a phase of \(layerName(layer))", Double(phase), in: 0...frame.neuron.period)
            }
        }
        makeUnshared()
        try restoreNumbers(numbers)
    }
}
