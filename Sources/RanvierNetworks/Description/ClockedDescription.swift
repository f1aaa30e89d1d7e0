import RanvierConfiguration

/// A clocked network as a value: what comes in, the time step, the layers with all their options, and what parameters are
/// seen through.
public struct ClockedDescription: Configurable {
    /// `clocked`.
    public static let kind = "clocked"

    /// Shape of the input features, without time and batch.
    public var inputShape: [Int] = []
    /// Duration of a step in seconds.
    public var timeStep = 1e-3
    /// The layers in order.
    public var layers: [LayerDescription] = []
    /// Views of parameters by the parameters' names; most have none.
    public var views: [String: [Element]] = [:]

    /// Nothing.
    public init() {}

    /// The keys.
    public static let schema = Schema<ClockedDescription> {
        Field.integers("input-shape", \.inputShape, in: 1..., isRequired: true)
        Field.number("time-step", \.timeStep, in: .positive, isRequired: true)
        Field.layers("layers", \.layers, isRequired: true)
        Field.views("views", \.views)
    }

    /// As the description of a network.
    public var network: NetworkDescription {
        NetworkDescription(kind: Self.kind, configurationValue)
    }

    /// Reads the description of a clocked network.
    ///
    /// - Parameter place: the file, for messages.
    /// - Throws: `ConfigurationError` for a network of another kind, or one that cannot be.
    public init(
        _ network: NetworkDescription, in registry: Registry, at place: String
    ) throws(ConfigurationError) {
        guard network.kind == Self.kind else {
            throw ConfigurationError(
                location: place, keyPath: "network",
                problem: .wrongValue(
                    expected: Self.kind, found: "'\(network.kind)'", nearest: nil))
        }
        let section = try ConfigurationSection(
            ConfigurationNode(network.content, location: place), location: place,
            keyPath: "network", registry: registry)
        self = try ClockedDescription(section)
        try section.finish()
    }
}

extension Network {
    /// The network as a value: complete, but for the numbers of its parameters.
    ///
    /// - Throws: ``NetworkError/undescribed(name:kind:)`` for a layer that cannot be said.
    public var clockedDescription: ClockedDescription {
        get throws(NetworkError) {
            for stage in stages { try Self.requireDescribed(stage.layer, stage.name) }
            var description = ClockedDescription()
            description.inputShape = inputShape
            description.timeStep = timeStep
            description.layers = chain.descriptions
            description.views = viewElements
            return description
        }
    }

    private static func requireDescribed(
        _ layer: any Layer, _ name: String
    ) throws(NetworkError) {
        guard layer is any DescribedLayer || layer is Named else {
            throw .undescribed(name: name, kind: type(of: layer).kind)
        }
        for child in layer.children { try requireDescribed(child.layer, "\(name).\(child.name)") }
    }

    /// Makes a network from its description and draws its first weights.
    ///
    /// - Throws: `UnknownNameError` for a kind of layer that the registry lacks, `ConfigurationError` for options that cannot
    ///   be, ``NetworkError`` for layers that do not fit.
    public convenience init(
        _ description: ClockedDescription, seed: UInt64 = 0, in registry: Registry
    ) throws {
        try self.init(description, seed: seed, drawsWeights: true, in: registry)
    }

    /// - Parameter drawsWeights: whether parameters get their first values.
    convenience init(
        _ description: ClockedDescription, seed: UInt64 = 0, drawsWeights: Bool,
        in registry: Registry
    ) throws {
        let site = LayerSite(
            shape: description.inputShape, timeStep: description.timeStep, registry: registry)
        try self.init(
            inputShape: description.inputShape, timeStep: description.timeStep, seed: seed,
            layers: try NetworkPlan(description.layers).layers(at: site),
            drawsWeights: drawsWeights)
    }
}
