import RanvierNetworks

/// The layers of a network, before the shape of the data is known.
public struct NetworkConfiguration: Sendable {
    /// Makes a layer for features of the given shape.
    typealias Builder = @Sendable (_ input: [Int]) -> any Layer

    /// One layer in both kinds of network.
    struct Entry: Sendable {
        let spiking: Builder
        /// Nil where the artificial network has no such layer.
        let artificial: Builder?

        init(spiking: @escaping Builder, artificial: Builder?) {
            self.spiking = spiking
            self.artificial = artificial
        }

        /// A layer that both kinds of network have.
        init(_ build: @escaping Builder) { self.init(spiking: build, artificial: build) }
    }

    let entries: [Entry]

    private static let kinds =
        synapticKinds + neuronKinds + [LeakyIntegrator.kind, Dropout.kind]

    init(_ root: ConfigurationSection) throws(ConfigurationError) {
        var entries: [Entry] = []
        for element in try root.elements("network", kinds: Self.kinds) {
            entries.append(try Self.entry(element))
        }
        self.entries = entries
    }

    /// Linear layers of the given sizes with rectified linear units between them.
    init(layerSizes: [Int]) {
        entries = layerSizes.enumerated().flatMap { index, outputs in
            let linear: Builder = { Linear(max($0.reduce(1, *), 1), outputs) }
            let rectified: Builder = { _ in ReLU() }
            let layer = Entry(linear), unit = Entry(rectified)
            return index < layerSizes.count - 1 ? [layer, unit] : [layer]
        }
    }

    /// Builds the network for samples of a shape.
    ///
    /// - Throws: `NetworkError` that names the layer that does not fit.
    public func network(
        for model: ExperimentConfiguration.Model, inputShape: [Int], timeStep: Double, seed: UInt64
    ) throws(NetworkError) -> Network {
        var layers: [any Layer] = []
        var shape = inputShape
        for entry in entries {
            guard let build = model == .snn ? entry.spiking : entry.artificial else { continue }
            let layer = build(shape)
            layers.append(layer)
            // A layer that does not fit is named by the network itself.
            guard let next = try? layer.outputShape(for: shape) else { break }
            shape = next
        }
        return try Network(inputShape: inputShape, timeStep: timeStep, seed: seed, layers: layers)
    }

    private static func entry(_ element: ConfigurationElement) throws(ConfigurationError) -> Entry {
        if synapticKinds.contains(element.kind) { return try synapses(element) }
        if neuronKinds.contains(element.kind) { return try neurons(element) }
        if element.kind == Dropout.kind {
            let share = Float(try element.options.float("probability", default: 0.5, in: 0...0.99))
            return Entry { _ in Dropout(share) }
        }
        let leak = try leak(element.options)
        let scale: InputScale = try element.options.choice("input-scale", default: .unit)
        // Without time there is nothing to integrate: the artificial readout is the linear layer.
        return Entry(
            spiking: { _ in LeakyIntegrator(leak: leak, inputScale: scale) }, artificial: nil)
    }
}
