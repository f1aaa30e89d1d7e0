import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// An event-driven network of layered populations as a value.
///
///     event-driven: {inputs: 64, trial: 2, neuron: {theta: {time-constant: 1.9, drive: 1.25}}, populations: [30, 10]}
public struct EventDrivenDescription: Configurable {
    /// `event-driven`.
    public static let kind = ThetaModel.kind

    /// Inputs.
    public var inputs = 1
    /// End of the trial in seconds.
    public var trial = 2.0
    /// The neurons of all populations.
    public var neuron = ThetaOptions()
    /// Neurons of each population, each fed by all of the one before it.
    public var populations: [Int] = []
    /// Most events that a population may have in a trial.
    public var eventLimit = 100_000
    /// Views of parameters by the parameters' names; most have none.
    public var views: [String: [Element]] = [:]

    /// Nothing.
    public init() {}

    /// The keys.
    public static let schema = Schema<EventDrivenDescription> {
        Field.integer("inputs", \.inputs, in: 1..., isRequired: true)
        Field.number("trial", \.trial, in: .positive, isRequired: true)
        Field { section, value throws(ConfigurationError) in
            let (_, options) = try section.choiceWithOptions("neuron", default: NeuronKind.theta)
            value.neuron = try ThetaOptions(options)
        } write: {
            let neuron = Element(NeuronKind.theta.rawValue, $0.neuron.configurationValue)
            return [.init("neuron", neuron.configurationValue)]
        } vary: { value, random in
            value.neuron = ThetaOptions.random(using: &random)
        }
        Field.integers("populations", \.populations, in: 1..., isRequired: true)
        Field.integer("event-limit", \.eventLimit, in: 1...)
        Field.views("views", \.views)
    }

    private enum NeuronKind: String, CaseIterable { case theta }
}

/// When the inputs of an event-driven network spike: the bins of a latency code, as numbers.
struct BinnedEncoder: Configurable {
    static let kind = "latency-bins"
    /// Spike time of each bin in seconds.
    var binTimes: [Double] = []
    /// Largest value without a spike in a linear code; nil for the logarithmic one of images.
    var silentBelow: Double?
    /// Spikes of each channel of a raster that come in; nil where samples are values.
    var spikesPerChannel: Int?

    static let schema = Schema<BinnedEncoder> {
        Field.numbers("bin-times", \.binTimes)
        Field.optionalNumber("silent-below", \.silentBelow, in: -1...1)
        Field.optionalInteger("spikes-per-channel", \.spikesPerChannel, in: 1...)
    }
}

/// How classes are read from first spikes, and what is not to be seen in a network's numbers.
struct FirstSpikeReadout: Configurable {
    var earliness = 0.01
    var temperature = 1.0
    var trainsPseudospikes = true
    var countsPseudospikes = false
    var initialScale = 0.5
    var initialShift = 0.0

    static let schema = Schema<FirstSpikeReadout> {
        Field.number("earliness", \.earliness, in: 0...)
        Field.number("temperature", \.temperature, in: .positive)
        Field.boolean("pseudospikes", \.trainsPseudospikes)
        Field.boolean("count-pseudospikes", \.countsPseudospikes)
        Field.number("initial-scale", \.initialScale, in: 0...)
        Field.number("initial-shift", \.initialShift)
    }
}

extension ThetaModel {
    /// Inputs, trial, neurons and populations.
    public var eventDrivenDescription: EventDrivenDescription {
        let network = frame
        var description = EventDrivenDescription()
        description.inputs = network.sizes[0]
        description.trial = network.trial
        description.neuron.timeConstant = network.neuron.timeConstant
        description.neuron.drive = network.neuron.drive
        description.populations = Array(network.sizes.dropFirst())
        description.eventLimit = network.eventLimit
        description.views = viewElements
        return description
    }

    /// The populations.
    public var networkDescription: NetworkDescription {
        NetworkDescription(kind: Self.kind, eventDrivenDescription.configurationValue)
    }

    /// The bins of the code.
    public var encoderDescription: Element {
        var encoder = BinnedEncoder()
        encoder.binTimes = frame.code.binTimes
        encoder.silentBelow = frame.code.silentBelow
        encoder.spikesPerChannel = spikesPerChannel
        return Element(BinnedEncoder.kind, encoder.configurationValue)
    }

    /// How classes are read.
    public var readoutDescription: ConfigurationValue {
        var readout = FirstSpikeReadout()
        readout.earliness = frame.earliness
        readout.temperature = frame.temperature
        readout.trainsPseudospikes = frame.pseudospikes
        readout.countsPseudospikes = countsPseudospikes
        (readout.initialScale, readout.initialShift) = firstWeights
        return readout.configurationValue
    }

    /// The same populations with weights drawn anew, and no views.
    public func untrained(seed: UInt64, registry: Registry) throws -> any SpikingModel {
        var fresh = try FastThetaNetwork<Float>(
            neuron: frame.neuron, sizes: frame.sizes, trial: frame.trial, code: frame.code)
        fresh.earliness = frame.earliness
        fresh.temperature = frame.temperature
        fresh.pseudospikes = frame.pseudospikes
        fresh.eventLimit = frame.eventLimit
        fresh.randomize(
            seed: seed &+ 1, scale: firstWeights.scale, shift: firstWeights.shift)
        return ThetaModel(
            network: fresh, countsPseudospikes: countsPseudospikes,
            spikesPerChannel: spikesPerChannel, firstWeights: firstWeights, signature: signature)
    }

    /// A model from its parts as values.
    init(
        _ description: ModelDescription, tensors: [String: Tensor], in registry: Registry,
        at place: String
    ) throws {
        func read<Value: Configurable>(
            _ type: Value.Type, _ value: ConfigurationValue, _ key: String
        ) throws -> Value {
            let section = try ConfigurationSection(
                ConfigurationNode(value, location: place), location: place, keyPath: key,
                registry: registry)
            let read = try Value(section)
            try section.finish()
            return read
        }
        let parts = try read(EventDrivenDescription.self, description.network.content, "network")
        guard description.encoder.kind == BinnedEncoder.kind else {
            throw ModelFileError(
                file: place,
                reason: "encoder: expected '\(BinnedEncoder.kind)', found "
                    + "'\(description.encoder.kind)'")
        }
        let sizes = [parts.inputs] + parts.populations
        // Before anything of the sizes that the description claims is made.
        try Self.requireShapes(of: tensors, sizes: sizes)
        var stored = tensors
        let bins = try read(BinnedEncoder.self, description.encoder.options, "encoder")
        let readout = try read(FirstSpikeReadout.self, description.readout, "readout")
        var network = try FastThetaNetwork<Float>(
            neuron: ThetaNeuron(
                timeConstant: parts.neuron.timeConstant, drive: parts.neuron.drive),
            sizes: sizes, trial: parts.trial,
            code: LatencyCode(binTimes: bins.binTimes, silentBelow: bins.silentBelow))
        network.earliness = readout.earliness
        network.temperature = readout.temperature
        network.pseudospikes = readout.trainsPseudospikes
        network.eventLimit = parts.eventLimit
        self.init(
            network: network, countsPseudospikes: readout.countsPseudospikes,
            spikesPerChannel: bins.spikesPerChannel,
            firstWeights: (readout.initialScale, readout.initialShift),
            signature: try description.signature(in: registry, at: place))
        let shape = signature.inputShape
        let inputs = bins.spikesPerChannel.map {
            shape[0] == network.code.bins
                ? [Array(shape.dropFirst()).elementCount, $0].elementCount : 0
        }
        guard inputs ?? shape.elementCount == sizes[0] else {
            throw ModelFileError(
                file: place,
                reason: "expected a network for samples \(shape), found one of \(sizes[0]) inputs")
        }
        guard signature.task.outputNames.count == network.classCount else {
            throw ModelFileError(
                file: place,
                reason:
                    "expected a network of \(signature.task.outputNames.count) outputs, as many as "
                    + "names, found \(network.classCount)")
        }
        try restoreViews(parts.views, from: &stored, in: registry)
        try requireKnownViews()
        // What belongs to no view is refused with the rest.
        try restoreAll(stored)
    }

    /// Checks that the weights and phases of populations of some sizes are among stored tensors.
    static func requireShapes(of tensors: [String: Tensor], sizes: [Int]) throws {
        var shapes: [String: [Int]] = [:]
        for layer in sizes.indices.dropLast() {
            shapes["\(ThetaParameters.layerName(layer)).weights"] = [
                sizes[layer], sizes[layer + 1],
            ]
            shapes["\(ThetaParameters.layerName(layer)).phases"] = [sizes[layer + 1]]
        }
        do throws(TrainingStateError) {
            try TrainingStateError.require(
                tensors.filter { shapes[$0.key] != nil }.mapValues(\.shape), as: shapes,
                what: "parameter")
        } catch {
            throw NetworkError.parameters(expected: error.expected, found: error.found)
        }
    }
}

extension Kind where R == ModelRole {
    /// Event-driven networks.
    public static let eventDriven = ModelKind(ThetaModel.self) {
        description, tensors, registry, place in
        try description.requirePossible(at: place)
        do {
            return try ThetaModel(description, tensors: tensors, in: registry, at: place)
        } catch let error as ExactError {
            throw ModelFileError(
                file: place, reason: "\(error) (or the tensors of \(Model.tensorsFile) beside it)")
        }
    }
}
