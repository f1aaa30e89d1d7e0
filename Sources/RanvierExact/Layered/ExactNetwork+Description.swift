import RanvierConfiguration
import RanvierNetworks
import RanvierTensors

extension ExactNetwork where Neuron: DescribedEventNeuron {
    /// `event-driven`.
    public static var kind: String { EventDrivenDescription.kind }

    /// The populations as a value; weights and first states are numbers, ``tensors``.
    public var networkDescription: NetworkDescription {
        var entries: [ConfigurationValue.Entry] = [
            .init("inputs", .integer(sizes[0])), .init("trial", .float(trial)),
            .init("neuron", neuron.element.configurationValue),
            .init("populations", .list(sizes.dropFirst().map { .integer($0) })),
        ]
        let viewed = views.enumerated().filter { !$0.element.isEmpty }.map { layer, views in
            ConfigurationValue.Entry(
                "layer\(layer + 1).weights",
                .list(
                    views.map { Element(type(of: $0).kind, $0.options).configurationValue }))
        }
        if !viewed.isEmpty { entries.append(.init("views", .section(viewed))) }
        return NetworkDescription(kind: Self.kind, .section(entries))
    }

    /// `layer1.weights` `[out, in]` and `layer1.states` `[out, 2]`, and so on, rounded to single precision, and what views
    /// keep: `layer1.weights/mask/alive` `[in, out]`.
    public var tensors: [String: Tensor] {
        var all: [String: Tensor] = [:]
        for layer in weights.indices {
            let shape = [sizes[layer + 1], sizes[layer]]
            all["layer\(layer + 1).weights"] = Tensor(
                weights[layer].flatMap { $0.map(Float.init) }, shape: shape)
            for view in views[layer] {
                for (name, tensor) in view.tensors {
                    all["layer\(layer + 1).weights/\(type(of: view).kind)/\(name)"] = tensor
                }
            }
            let states = initialStates[layer].map { neuron.parameters(of: $0) }
            all["layer\(layer + 1).states"] = Tensor(
                states.flatMap { [Float($0.x), Float($0.y)] }, shape: [shape[0], 2])
        }
        return all
    }

    /// Makes a network from its description and its numbers.
    ///
    /// - Throws: `ConfigurationError` for a description of something else; `NetworkError.parameters` where the numbers are not
    ///   those of its populations; ``ExactError``.
    public init(
        _ description: NetworkDescription, tensors: [String: Tensor], at place: String = "network"
    ) throws {
        let section = try description.section(of: Self.kind, at: place)
        let neuron = try Neuron(section, key: "neuron")
        let inputs = try section.integer("inputs", in: 1...)
        let populations = try section.integers("populations", in: 1...)
        let trial = try section.float("trial", in: .positive)
        _ = try section.optionalInteger("event-limit", in: 1...)
        let viewed = try section.section("views")
        func numbers(_ name: String, _ shape: [Int]) throws -> [Double] {
            guard let tensor = tensors[name], tensor.shape == shape else {
                throw NetworkError.parameters(
                    expected: "'\(name)' of shape \(shape)",
                    found: tensors[name].map { "shape \($0.shape)" } ?? "no such tensor")
            }
            return tensor.scalars.map(Double.init)
        }
        let sizes = [inputs] + populations
        let first = try numbers("layer1.states", [sizes[1], 2])
        try self.init(
            neuron, layers: sizes, trial: trial,
            from: neuron.state(with: SIMD2(first[0], first[1])))
        for layer in populations.indices {
            let (fanIn, count) = (sizes[layer], sizes[layer + 1])
            let rows = try numbers("layer\(layer + 1).weights", [count, fanIn])
            try setWeights(
                (0..<count).map { Array(rows[$0 * fanIn..<($0 + 1) * fanIn]) }, layer: layer)
            let states = try numbers("layer\(layer + 1).states", [count, 2])
            try setInitialStates(
                (0..<count).map { neuron.state(with: SIMD2(states[2 * $0], states[2 * $0 + 1])) },
                layer: layer)
            try restoreViews(viewed, tensors, layer: layer)
        }
        try viewed.finish()
        try section.finish()
    }

    private mutating func restoreViews(
        _ section: ConfigurationSection, _ tensors: [String: Tensor], layer: Int
    ) throws {
        let name = "layer\(layer + 1).weights"
        guard section.keys.contains(name) else { return }
        let elements = try section.elements(name, kinds: ExactViews.kinds)
        try setViews(
            elements.map { element in
                let prefix = "\(name)/\(element.kind)/"
                let own = tensors.filter { $0.key.hasPrefix(prefix) }.map {
                    (String($0.key.dropFirst(prefix.count)), $0.value)
                }
                guard let kind = ViewKind.standard.first(where: { $0.name == element.kind }) else {
                    preconditionFailure("'\(element.kind)' is no view of those that are built in")
                }
                let view = try kind.payload.view(
                    element.options, Dictionary(uniqueKeysWithValues: own),
                    [sizes[layer], sizes[layer + 1]])
                try element.options.finish()
                return view
            }, layer: layer)
    }
}
