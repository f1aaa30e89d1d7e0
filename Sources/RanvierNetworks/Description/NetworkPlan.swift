import RanvierConfiguration

/// The layers of a network, before the shape of the data is known.
///
/// A list of layers, or one of the architectures:
///
///     network:
///       - linear: {outputs: 128}
///       - lif: {membrane-time-constant: 20e-3}
///       - linear: {outputs: 10}
///
///     network: {resnet: {depth: 20, width: 1}}
public struct NetworkPlan: Hashable, Sendable {
    /// The elements in order.
    public var elements: [LayerDescription]

    /// A plan of elements.
    public init(_ elements: [LayerDescription]) { self.elements = elements }

    /// Reads a plan.
    public init(
        _ section: ConfigurationSection, key: String = "network"
    ) throws(ConfigurationError) {
        elements = try section.values(key, of: LayerRole.self)
    }

    /// Linear layers of the given sizes with rectified linear units between them.
    public init(layerSizes: [Int]) {
        elements = layerSizes.enumerated().flatMap { index, outputs in
            let linear = LayerDescription(
                Element("linear", .section([.init("outputs", .integer(outputs))])))
            return index < layerSizes.count - 1
                ? [linear, LayerDescription(Element("relu"))] : [linear]
        }
    }

    /// Builds the network for what comes in at a place.
    ///
    /// - Throws: `NetworkError` that names the layer that does not fit.
    public func network(at site: LayerSite, seed: UInt64) throws -> Network {
        let layers = try layers(at: site)
        do {
            try LayerChain.requireDistinctNames(layers, at: site.shape)
        } catch {
            throw NetworkError.layer(name: "network", kind: "list of layers", mismatch: error)
        }
        do {
            return try Network(
                inputShape: site.shape, timeStep: site.timeStep, seed: seed, layers: layers)
        } catch .layer(let name, let kind, let mismatch) {
            throw NetworkError.layer(
                name: name, kind: kind, mismatch: Self.advise(mismatch, input: site.shape))
        }
    }

    /// The layers for what comes in at a place; a layer that does not fit is left to the network, which names it.
    func layers(at start: LayerSite) throws -> [any Layer] {
        var layers: [any Layer] = []
        var site = start
        for element in elements {
            let made: [any Layer]
            do {
                made = try site.layers(of: element)
            } catch let mismatch as ShapeMismatch {
                throw NetworkError.layer(
                    name: element.name ?? element.kind, kind: element.kind,
                    mismatch: Self.advise(mismatch, input: start.shape))
            }
            for layer in made {
                layers.append(layer)
                guard let next = try? layer.outputShape(for: site.shape),
                    (try? LayerChain.requireMemory(for: next, behind: element.kind)) != nil
                else { return layers }
                site = site.after(next)
            }
        }
        return layers
    }

    /// Names the key that makes images of vectors, where the data are vectors and a layer expects images.
    private static func advise(_ mismatch: ShapeMismatch, input: [Int]) -> ShapeMismatch {
        guard mismatch.found == input, input.count == 1, mismatch.expected.hasPrefix("images")
        else { return mismatch }
        return ShapeMismatch(
            expected: mismatch.expected + " (of vectors: dataset.images: true)",
            found: mismatch.found)
    }
}
