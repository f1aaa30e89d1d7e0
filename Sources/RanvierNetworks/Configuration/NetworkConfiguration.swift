import RanvierConfiguration

/// The layers of a network, before the shape of the data is known.
///
/// A list of layers, or one of the architectures of ``NetworkConfiguration/architectureKinds``:
///
///     network:
///       - linear: {outputs: 128}
///       - lif: {membrane-time-constant: 20e-3}
///       - linear: {outputs: 10}
///
///     network: {resnet: {depth: 20, width: 1}}
public struct NetworkConfiguration: Sendable {
    /// Where layers are built: what comes in, and what the run asks for.
    struct Site: Sendable {
        /// Shape of the features that come in.
        var shape: [Int]
        /// Whether the network spikes; else it is the artificial one.
        let isSpiking: Bool
        /// Steps of a sequence.
        let steps: Int
        /// Seconds of a step.
        let timeStep: Double
        /// Classes of the data: outputs of architectures.
        let classes: Int

        /// Features in all, at least 1.
        var features: Int { max(shape.reduce(1, *), 1) }
        /// Length of the last axis, at least 1.
        var channels: Int { max(shape.last ?? 1, 1) }

        /// The same place behind layers that give another shape.
        func after(_ shape: [Int]) -> Site {
            var next = self
            next.shape = shape
            return next
        }
    }

    /// One element of the configuration, which gives any number of layers.
    struct Entry: Sendable {
        /// The word of the configuration.
        let kind: String
        /// Makes the layers.
        let build: @Sendable (Site) throws(ShapeMismatch) -> [any Layer]
    }

    let entries: [Entry]

    private static let layerKinds =
        synapticKinds + neuronKinds + [LeakyIntegrator.kind, Dropout.kind] + compositeKinds

    package init(_ root: ConfigurationSection) throws(ConfigurationError) {
        entries = try Self.entries(root, "network", kinds: Self.layerKinds + Self.architectureKinds)
    }

    /// Linear layers of the given sizes with rectified linear units between them.
    package init(layerSizes: [Int]) {
        entries = layerSizes.enumerated().flatMap { index, outputs in
            let linear = Entry(kind: Linear.kind) { [Linear($0.features, outputs)] }
            let unit = Entry(kind: ReLU.kind) { _ in [ReLU()] }
            return index < layerSizes.count - 1 ? [linear, unit] : [linear]
        }
    }

    /// Builds the network for samples of a shape.
    ///
    /// - Parameters:
    ///   - steps: steps of a sequence, for parameters that belong to steps.
    ///   - classes: outputs of an architecture.
    /// - Throws: `NetworkError` that names the layer that does not fit.
    public func network(
        for model: NetworkFamily, inputShape: [Int], steps: Int, timeStep: Double,
        classes: Int, seed: UInt64
    ) throws(NetworkError) -> Network {
        var layers: [any Layer] = []
        var site = Site(
            shape: inputShape, isSpiking: model == .spiking, steps: steps, timeStep: timeStep,
            classes: classes)
        building: for entry in entries {
            let made: [any Layer]
            do {
                made = try entry.build(site)
            } catch {
                throw .layer(
                    name: entry.kind, kind: entry.kind,
                    mismatch: Self.advise(error, input: inputShape))
            }
            for layer in made {
                layers.append(layer)
                // A layer that does not fit is named by the network itself.
                guard let next = try? layer.outputShape(for: site.shape) else { break building }
                site = site.after(next)
            }
        }
        do {
            return try Network(
                inputShape: inputShape, timeStep: timeStep, seed: seed, layers: layers)
        } catch .layer(let name, let kind, let mismatch) {
            throw .layer(name: name, kind: kind, mismatch: Self.advise(mismatch, input: inputShape))
        }
    }

    /// Names the key that makes images of vectors, where the data are vectors and a layer expects images.
    private static func advise(_ mismatch: ShapeMismatch, input: [Int]) -> ShapeMismatch {
        guard mismatch.found == input, input.count == 1, mismatch.expected.hasPrefix("images")
        else { return mismatch }
        return ShapeMismatch(
            expected: mismatch.expected + " (of vectors: dataset.images: true)",
            found: mismatch.found)
    }

    // MARK: - Elements

    /// The elements of a list of layers; none where the key may be missing and is.
    static func entries(
        _ section: ConfigurationSection, _ key: String, kinds: [String] = layerKinds,
        isOptional: Bool = false
    ) throws(ConfigurationError) -> [Entry] {
        if isOptional, !section.keys.contains(key) { return [] }
        var entries: [Entry] = []
        for element in try section.elements(key, kinds: kinds) {
            entries.append(try Self.entry(element))
        }
        return entries
    }

    private static func entry(_ element: ConfigurationElement) throws(ConfigurationError) -> Entry {
        let kind = element.kind, options = element.options
        if synapticKinds.contains(kind) { return try synapses(element) }
        if neuronKinds.contains(kind) { return try neurons(element) }
        if compositeKinds.contains(kind) { return try composite(element) }
        if architectureKinds.contains(kind) { return try architecture(element) }
        if kind == Dropout.kind {
            let share = Float(try options.float("probability", default: 0.5, in: 0...0.99))
            return Entry(kind: kind) { _ in [Dropout(share)] }
        }
        let leak = try Self.leak(options)
        let scale: InputScale = try options.choice("input-scale", default: .unit)
        // Without time there is nothing to integrate: the artificial readout is the linear layer.
        return Entry(kind: kind) {
            $0.isSpiking ? [LeakyIntegrator(leak: leak, inputScale: scale)] : []
        }
    }

    /// The layers that entries give one after the other.
    static func layers(
        of entries: [Entry], at site: Site
    ) throws(ShapeMismatch) -> (layers: [any Layer], shape: [Int]) {
        var layers: [any Layer] = []
        var site = site
        for entry in entries {
            for layer in try entry.build(site) {
                layers.append(layer)
                site = site.after(try layer.outputShape(for: site.shape))
            }
        }
        return (layers, site.shape)
    }
}
