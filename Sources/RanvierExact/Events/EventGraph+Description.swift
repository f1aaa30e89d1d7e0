import RanvierConfiguration
import RanvierNetworks
import RanvierTensors

extension EventGraph where Neuron: DescribedEventNeuron {
    /// `event-graph`.
    public static var kind: String { "event-graph" }

    /// The graph as a value: neurons, inputs, and where each synapse comes from (neurons first, then inputs) and goes to.
    ///
    /// Weights and delays are numbers, ``tensors``.
    public var networkDescription: NetworkDescription {
        let sources = synapses.map { synapse in
            switch synapse.source {
            case .neuron(let neuron): neuron
            case .input(let input): neuronCount + input
            }
        }
        return NetworkDescription(
            kind: Self.kind,
            .section([
                .init("neuron", neuron.element.configurationValue),
                .init("neurons", .integer(neuronCount)), .init("inputs", .integer(inputCount)),
                .init("sources", .list(sources.map { .integer($0) })),
                .init("targets", .list(synapses.map { .integer($0.target) })),
                .init("event-limit", .integer(eventLimit)),
            ]))
    }

    /// `weights` and `delays`, one of each for every synapse, rounded to single precision.
    public var tensors: [String: Tensor] {
        [
            "weights": Tensor(synapses.map { Float($0.weight) }, shape: [synapses.count]),
            "delays": Tensor(synapses.map { Float($0.delay) }, shape: [synapses.count]),
        ]
    }

    /// Makes a graph from its description and its numbers.
    ///
    /// - Throws: `ConfigurationError` for a description of something else; `NetworkError.parameters` where the numbers are not
    ///   those of its synapses; ``ExactError``.
    public init(
        _ description: NetworkDescription, tensors: [String: Tensor], at place: String = "network"
    ) throws {
        let section = try description.section(of: Self.kind, at: place)
        let neuron = try Neuron(section, key: "neuron")
        let neurons = try section.integer("neurons", in: 1...)
        let inputs = try section.integer("inputs", in: 0...)
        let sources = try section.integers("sources", in: 0...)
        let targets = try section.integers("targets", in: 0...)
        let limit = try section.integer("event-limit", default: 1_000_000, in: 1...)
        try section.finish()
        guard sources.count == targets.count else {
            throw NetworkError.parameters(
                expected: "a target for each of \(sources.count) synapses",
                found: "\(targets.count) targets")
        }
        func numbers(_ name: String) throws -> [Float] {
            guard let tensor = tensors[name], tensor.shape == [sources.count] else {
                throw NetworkError.parameters(
                    expected: "'\(name)' of shape [\(sources.count)]",
                    found: tensors[name].map { "shape \($0.shape)" } ?? "no such tensor")
            }
            return tensor.scalars
        }
        let weights = try numbers("weights"), delays = try numbers("delays")
        try self.init(
            neuron, neuronCount: neurons, inputCount: inputs,
            synapses: sources.indices.map { index in
                let source = sources[index]
                return Synapse(
                    from: source < neurons ? .neuron(source) : .input(source - neurons),
                    to: targets[index], weight: Double(weights[index]),
                    delay: Double(delays[index]))
            })
        eventLimit = limit
    }
}

extension NetworkDescription {
    /// The content, where the network is of a kind.
    ///
    /// - Throws: `ConfigurationError` for another kind.
    func section(
        of kind: String, at place: String
    ) throws(ConfigurationError) -> ConfigurationSection {
        guard self.kind == kind else {
            throw ConfigurationError(
                location: place, keyPath: "network",
                problem: .wrongValue(expected: kind, found: "'\(self.kind)'", nearest: nil))
        }
        return try ConfigurationSection(
            ConfigurationNode(content, location: place), location: place, keyPath: "network")
    }
}
