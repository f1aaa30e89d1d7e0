import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// What a stored posterior says besides its layers.
struct BayesianReadout: Configurable {
    var output = OutputFactor.argmax
    var noise: Float = 0.1
    var isExact = false
    var answers = BayesianAnswers.analytic
    var seen = 0

    static let schema = Schema<BayesianReadout> {
        Field.choice("output", \.output)
        Field.number("noise", \.noise, in: 0...)
        Field.boolean("exact-messages", \.isExact)
        Field.choice("answers", \.answers)
        Field.integer("samples-seen", \.seen, in: 0...)
    }
}

extension BayesianModel {
    private static let centreKey = "input-mean"
    private static let inputsKey = "inputs", layersKey = "layers"

    /// Inputs and layers.
    public var networkDescription: NetworkDescription {
        NetworkDescription(
            kind: Self.kind,
            .section([
                .init(Self.inputsKey, .integer(posterior.sizes[0])),
                .init(Self.layersKey, plan.configurationValue),
            ]))
    }

    /// How values come in.
    public var encoderDescription: Element { input.element }

    /// The output factor, and what else is to be known.
    public var readoutDescription: ConfigurationValue {
        var readout = BayesianReadout()
        readout.output = posterior.output
        readout.noise = outputNoise
        readout.isExact = posterior.isExact
        readout.answers = answers
        // Stored numbers are of this size at most; more samples change no ramp.
        readout.seen = min(seen, Int(Int32.max))
        return readout.configurationValue
    }

    // MARK: - Stored numbers

    private static func names(_ layer: Int) -> [String] {
        ["prior", "bias-prior", "precision", "linear", "bias-precision", "bias-linear"].map {
            "\(BayesianPlan.synapsesName(layer)).\($0)"
        }
    }

    /// For each layer `prior`, `precision` and `linear` (G and H of the totals), `[inputs, outputs]`, and the same of the biases:
    /// `linear1.precision`, `linear1.bias-precision`, …; and `input-mean` where inputs are centred.
    public var parameters: [String: Tensor] {
        var all: [String: Tensor] = [:]
        for (index, layer) in posterior.layers.enumerated() {
            let tensors = [
                layer.prior, layer.biasPrior, layer.precision, layer.linear, layer.biasPrecision,
                layer.biasLinear,
            ]
            for (name, tensor) in zip(Self.names(index), tensors) { all[name] = tensor }
        }
        all[Self.centreKey] = centre
        return all
    }

    /// Takes over stored numbers.
    ///
    /// - Throws: `NetworkError.parameters` where one is missing, strange, has another shape or cannot be.
    public mutating func restore(_ parameters: [String: Tensor]) throws {
        do throws(TrainingStateError) {
            try TrainingStateError.require(
                parameters.mapValues(\.shape), as: self.parameters.mapValues(\.shape),
                what: "parameter")
        } catch {
            throw NetworkError.parameters(expected: error.expected, found: error.found)
        }
        if centre != nil { centre = parameters[Self.centreKey]?.detached }
        for index in posterior.layers.indices {
            let found = Self.names(index).compactMap { parameters[$0]?.detached }
            guard found.count == 6 else { continue }
            for (name, tensor) in [
                (Self.names(index)[2], found[2]), (Self.names(index)[4], found[4]),
            ] {
                if let lowest = tensor.scalars.min(), lowest < 0 {
                    throw NetworkError.parameters(
                        expected: "no precision below 0 in '\(name)'", found: "\(lowest)")
                }
            }
            posterior.layers[index].prior = found[0]
            posterior.layers[index].biasPrior = found[1]
            posterior.layers[index].precision = found[2]
            posterior.layers[index].linear = found[3]
            posterior.layers[index].biasPrecision = found[4]
            posterior.layers[index].biasLinear = found[5]
        }
    }

    /// Numbers that answers need: mean and variance of Gaussians, the log-odds of the values of discrete weights.
    public var storage: [StoredNumbers] {
        posterior.layers.enumerated().flatMap { index, layer in
            let name = BayesianPlan.synapsesName(index)
            let count =
                switch layer.family {
                case .gaussian: 2
                case .binary: 1
                case .categorical(let support, _): support.count - 1
                }
            let words = layer.family == .gaussian ? ["mean", "variance"] : ["log-odds"]
            let shape = layer.prior.shape + (words.count == count ? [] : [count])
            return words.map { StoredNumbers(name: "\(name).\($0)", shape: shape) }
                + ["bias-mean", "bias-variance"].map {
                    StoredNumbers(name: "\(name).\($0)", shape: layer.biasPrior.shape)
                }
        }
    }

    /// The prior that a seed draws.
    public func untrained(seed: UInt64, registry: Registry) throws -> any SpikingModel {
        var fresh = self
        fresh.store(
            plan.posterior(
                inputs: posterior.sizes[0], output: posterior.output, noise: outputNoise,
                isExact: posterior.isExact, seed: seed), seen: 0)
        return fresh
    }

    // MARK: - From parts

    /// A model from its parts as values.
    init(
        _ description: ModelDescription, tensors: [String: Tensor], in registry: Registry,
        at place: String
    ) throws {
        func section(
            _ value: ConfigurationValue, _ key: String
        ) throws(ConfigurationError) -> ConfigurationSection {
            try ConfigurationSection(
                ConfigurationNode(value, location: place), location: place, keyPath: key,
                registry: registry)
        }
        let network = try section(description.network.content, "network")
        let inputs = try network.integer(Self.inputsKey, in: 1...)
        let plan = try BayesianPlan(network, key: Self.layersKey)
        try network.finish()
        let own = try section(description.readout, "readout")
        let readout = try BayesianReadout(own)
        try own.finish()
        // Before anything of the sizes that the description claims is made.
        let input = try BayesianInput(description.encoder, in: registry, at: place)
        try Self.requireShapes(
            of: tensors, sizes: [inputs] + plan.synapses.map(\.outputs), isCentred: input.isCentred)
        let signature = try description.signature(in: registry, at: place)
        func require(_ isRight: Bool, _ expected: String, _ found: String) throws {
            guard !isRight else { return }
            throw ModelFileError(file: place, reason: "expected \(expected), found \(found)")
        }
        try require(
            signature.inputShape.elementCount == inputs,
            "a network for samples \(signature.inputShape)", "one of \(inputs) inputs")
        let names = signature.task.outputNames.count
        try require(
            plan.outputs == names, "a network of \(names) outputs, as many as names",
            "\(plan.outputs)")
        try require(
            readout.output.isForClasses == (signature.task is Classification),
            "an output factor for the task '\(signature.task.element.kind)'",
            "'\(readout.output.rawValue)'")
        self.init(
            plan: plan,
            posterior: plan.posterior(
                inputs: inputs, output: readout.output, noise: readout.noise,
                isExact: readout.isExact, seed: 0),
            input: input,
            answers: readout.answers, outputNoise: readout.noise, seen: readout.seen,
            signature: signature)
        try restore(tensors)
    }

    private static func requireShapes(
        of tensors: [String: Tensor], sizes: [Int], isCentred: Bool
    ) throws {
        var shapes: [String: [Int]] = [:]
        if isCentred { shapes[centreKey] = [sizes[0]] }
        for layer in sizes.indices.dropLast() {
            let weights = [sizes[layer], sizes[layer + 1]], biases = [sizes[layer + 1]]
            for (name, shape) in zip(
                names(layer), [weights, biases, weights, weights, biases, biases])
            {
                shapes[name] = shape
            }
        }
        do throws(TrainingStateError) {
            try TrainingStateError.require(
                tensors.mapValues(\.shape), as: shapes, what: "parameter")
        } catch {
            throw NetworkError.parameters(expected: error.expected, found: error.found)
        }
    }
}

extension Kind where R == ModelRole {
    /// Networks with a distribution for every weight.
    public static let bayesian = ModelKind(BayesianModel.self) {
        description, tensors, registry, place in
        try description.requirePossible(at: place)
        return try BayesianModel(description, tensors: tensors, in: registry, at: place)
    }
}
