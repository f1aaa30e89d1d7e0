import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// What is to be said of an integer model beside its network.
struct IntegerReadoutOptions: Configurable {
    var batchSize = 128
    var timeStep = 1e-3

    init() {}
    static let schema = Schema<IntegerReadoutOptions> {
        Field.integer("batch-size", \.batchSize, in: 1...1 << 20, drawn: 1...9)
        Field.number("time-step", \.timeStep, in: .positive)
    }
}

extension IntegerDescription {
    /// A network but for its numbers.
    init(_ network: IntegerNetwork) {
        input = InputOptions(network.input)
        stages = network.stages.map { StageOptions($0) }
        decoder = network.readout.decoder
        hasOffsets = network.readout.offsets != nil
        scale = network.readout.scale
    }
}

extension IntegerNetwork {
    /// A network from its description and its numbers.
    ///
    /// - Throws: ``IntegerNetworkError``; `ModelFileError` for numbers that are not there or cannot be.
    init(_ description: IntegerDescription, numbers: StoredIntegers) throws {
        var numbers = numbers
        let input = try description.input.input()
        var stages: [IntegerStage] = []
        for options in description.stages { stages.append(try options.stage(&numbers)) }
        let outputs = stages.last?.outputShape.reduce(1, *) ?? 0
        let offsets =
            description.hasOffsets
            ? try numbers.take("readout.offsets", shape: [outputs]).map { Int32($0) } : nil
        try numbers.finish()
        try self.init(
            input: input, stages: stages,
            readout: IntegerReadout(
                description.decoder, offsets: offsets, scale: description.scale))
    }
}

extension IntegerModel {
    /// Input, stages and read-out.
    public var networkDescription: NetworkDescription {
        NetworkDescription(kind: Self.kind, IntegerDescription(network).configurationValue)
    }

    /// How values become numbers: `integer-input`.
    public var encoderDescription: Element {
        Element("integer-input", InputOptions(network.input).configurationValue)
    }

    /// The loss, samples at once, and the time step.
    public var readoutDescription: ConfigurationValue {
        let options = IntegerReadoutOptions().with {
            ($0.batchSize, $0.timeStep) = (batchSize, timeStep)
        }
        return options.configurationValue.prepending("loss", loss.element.configurationValue)
    }

    /// All numbers, by name.
    public var parameters: [String: Tensor] {
        do {
            return try StoredIntegers.tensors(of: network)
        } catch {
            preconditionFailure("numbers were checked before: \(error)")
        }
    }

    /// Weights at their bits, thresholds, biases and first membranes at 16 where they fit, else at 32.
    public var storage: [StoredNumbers] {
        func weights(_ name: String, _ weights: IntegerWeights) -> StoredNumbers {
            var numbers = StoredNumbers(
                name: name, shape: weights.shape, bits: weights.bits,
                mask: weights.mask == nil ? nil : weights.codes.map { $0 != 0 })
            numbers.connections = (weights.additions, weights.codes.count)
            return numbers
        }
        func words(_ name: String, _ numbers: [Int32]) -> StoredNumbers {
            let fits = numbers.allSatisfy { Int16(exactly: $0) != nil }
            return StoredNumbers(name: name, shape: [numbers.count], bits: fits ? 16 : 32)
        }
        var all: [StoredNumbers] = []
        for stage in network.stages {
            switch stage {
            case .pooling: break
            case .synapses(let stage):
                all.append(weights("\(stage.name).weights", stage.weights))
                if let biases = stage.biases { all.append(words("\(stage.name).bias", biases)) }
                if let delays = stage.delays {
                    all.append(
                        StoredNumbers(
                            name: "\(stage.name).delays", shape: [delays.count], bits: 8))
                }
            case .neurons(let stage):
                if let thresholds = stage.thresholds {
                    all.append(words("\(stage.name).threshold", thresholds))
                }
                // Half the threshold, as folding starts membranes, is no number of its own.
                if let initial = stage.initial, !stage.startsAtHalf {
                    all.append(words("\(stage.name).first-membrane", initial))
                }
                if let recurrence = stage.recurrence {
                    all.append(weights("\(stage.name).recurrent", recurrence.weights))
                }
            }
        }
        if let offsets = network.readout.offsets { all.append(words("readout.offsets", offsets)) }
        return all
    }

    /// What the sensor's numbers cover; others are clipped to it, as on the device.
    public var accepts: AcceptedValues { .all }

    /// Distance of two numbers.
    public var resolution: EncodingResolution? { .level(1 / Double(network.input.levels)) }

    /// How a sample is shown, in a few words.
    public var presentation: String {
        let steps = network.input.steps
        return steps == 1 ? "one step" : "\(steps) steps of \(timeStep * 1000) ms"
    }

    /// All steps together.
    public var duration: Double { Double(network.input.steps) * timeStep }

    /// Membranes, and sums that delays hold back.
    public var stateCount: Int {
        network.stages.reduce(0) { count, stage in
            switch stage {
            case .pooling: count
            case .synapses(let stage):
                count + stage.longestDelay * stage.outputShape.reduce(1, *)
            case .neurons(let stage): count + stage.count
            }
        }
    }

    /// Connections of one sample, for what an artificial network of the same shape would do.
    public func connectionLoad(of batch: Batch) throws -> ConnectionLoad? {
        guard network.input.rows == 1,
            !network.stages.contains(where: \.hearsItself)
        else { return nil }
        let steps = network.input.steps
        var load = ConnectionLoad(analog: 0, spiking: 0, spikingSteps: 0, steps: steps)
        for (index, synapses) in network.synapses.enumerated() {
            let connections = synapses.fanOut.reduce(0, +)
            if index == 0, network.input.isConstant, !network.input.showsSpikes {
                load.analog += connections
            } else {
                load.spiking += connections
                load.spikingSteps += connections * steps
            }
        }
        return load
    }
}

extension IntegerStage {
    /// Whether what it did matters to it later other than by its membranes.
    fileprivate var hearsItself: Bool {
        switch self {
        case .synapses(let stage): stage.delays != nil
        case .pooling: false
        case .neurons(let stage): stage.recurrence != nil
        }
    }
}

extension IntegerNeurons {
    /// Whether membranes start at half the threshold, rounded down.
    public var startsAtHalf: Bool {
        guard let initial, let thresholds else { return false }
        return zip(initial, thresholds).allSatisfy { $0 == $1 >> 1 }
    }
}

extension Kind where R == ModelRole {
    /// Networks of integers.
    public static let integer = ModelKind(IntegerModel.self) {
        description, tensors, registry, place in
        try description.requirePossible(at: place)
        let parts = try IntegerDescription(description.network, in: registry, at: place)
        let readout = try ConfigurationSection(
            ConfigurationNode(description.readout, location: place), location: place,
            keyPath: "readout", registry: registry)
        let loss = try readout.value("loss", of: LossRole.self)
        let options = try IntegerReadoutOptions(readout)
        try readout.finish()
        do {
            return try IntegerModel(
                network: try IntegerNetwork(
                    parts, numbers: StoredIntegers(tensors, at: place)),
                loss: loss, timeStep: options.timeStep,
                signature: try description.signature(in: registry, at: place),
                batchSize: options.batchSize)
        } catch let error as IntegerNetworkError {
            throw ModelFileError(
                file: place, reason: "\(error) (or the tensors of \(Model.tensorsFile) beside it)")
        } catch let error as FanOutError {
            throw ModelFileError(file: place, reason: "\(error)")
        }
    }
}
