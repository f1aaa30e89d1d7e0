import RanvierConfiguration
import RanvierTensors

/// Where a layer is built: what comes in, and what the network asks for.
public struct LayerSite: Sendable {
    /// Shape of the features that come in.
    public var shape: [Int]
    /// Whether the network spikes.
    public var family: NetworkFamily
    /// Steps of a sequence.
    public var steps: Int
    /// Seconds of a step.
    public var timeStep: Double
    /// What goes out of the network: outputs of architectures.
    public var outputs: Int
    /// The kinds of layers there are.
    public var registry: Registry

    /// A place in a network.
    public init(
        shape: [Int], family: NetworkFamily = .spiking, steps: Int = 1, timeStep: Double = 1e-3,
        outputs: Int = 1, registry: Registry
    ) {
        self.shape = shape
        self.family = family
        self.steps = steps
        self.timeStep = timeStep
        self.outputs = outputs
        self.registry = registry
    }

    /// Features in all, at least 1.
    public var features: Int { max(shape.elementCount, 1) }
    /// Length of the last axis, at least 1.
    public var channels: Int { max(shape.last ?? 1, 1) }

    /// The same place behind layers that give another shape.
    public func after(_ shape: [Int]) -> LayerSite {
        var next = self
        next.shape = shape
        return next
    }

    /// The layers that a description gives here: one, none, or all of an architecture.
    ///
    /// - Throws: ``UnknownNameError``, `ConfigurationError`, ``ShapeMismatch``.
    public func layers(of description: LayerDescription) throws -> [any Layer] {
        let kind = try registry.kind(description.kind, of: LayerRole.self)
        let layers = try kind.payload.layers(description.element, self)
        guard let name = description.name, layers.count == 1 else { return layers }
        return layers.map { $0.named(name) }
    }

    /// The layers that descriptions give one after the other.
    ///
    /// - Throws: as ``layers(of:)-(LayerDescription)``; a ``ShapeMismatch`` where one does not fit the one before it.
    public func layers(of descriptions: [LayerDescription]) throws -> [any Layer] {
        var layers: [any Layer] = []
        var site = self
        for description in descriptions {
            for layer in try site.layers(of: description) {
                layers.append(layer)
                site = site.after(try layer.outputShape(for: site.shape))
                try LayerChain.requireMemory(for: site.shape, behind: description.kind)
            }
        }
        try LayerChain.requireDistinctNames(layers, at: shape)
        return layers
    }
}
