import RanvierConfiguration
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// What opens stored models of a kind of network.
public enum ModelRole: Role {
    /// The kind's name.
    public typealias Value = String
    /// How models of the kind are opened.
    public struct Payload: Sendable {
        /// From a description and the stored numbers to the model.
        public let open:
            @Sendable (ModelDescription, _ tensors: [String: Tensor], Registry, _ place: String)
                throws -> any SpikingModel
    }
    /// `network`.
    public static let name = "network"
    /// The bare name.
    public static func element(of value: String) -> Element { Element(value) }
}

/// A kind of model.
public typealias ModelKind = Kind<ModelRole>

extension Kind where R == ModelRole {
    /// The kind of a type.
    ///
    /// - Parameter open: from a description and the stored numbers to the model; the place is the file, for messages.
    public init<M: SpikingModel>(
        _ type: M.Type,
        open:
            @escaping @Sendable (
                ModelDescription, _ tensors: [String: Tensor], Registry, _ place: String
            ) throws -> M
    ) {
        self.init(M.kind, payload: .init(open: open)) { _, _ in
            M.kind
        } sample: { _ in
            M.kind
        }
    }

    /// Clocked networks.
    public static let clocked = ModelKind(ClockedModel.self) {
        description, tensors, registry, place in
        let layers = try ClockedDescription(description.network, in: registry, at: place)
        let readout = try ConfigurationSection(
            ConfigurationNode(description.readout, location: place), location: place,
            keyPath: "readout", registry: registry)
        let loss = try readout.value("loss", of: LossRole.self)
        let batchSize = try readout.integer("batch-size", default: 128, in: 1...)
        try readout.finish()
        return ClockedModel(
            network: try Network(layers, tensors: tensors, in: registry),
            encoder: try description.encoder.value(
                of: EncoderRole.self, in: registry, at: "\(place), encoder"),
            loss: loss, signature: try description.signature(in: registry, at: place),
            family: description.model, batchSize: batchSize)
    }
}

extension ModelDescription {
    /// The model, from its description and its numbers.
    ///
    /// - Parameter place: the file, for messages.
    /// - Throws: `UnknownNameError` for a kind that the registry lacks, `ConfigurationError`, `NetworkError`,
    ///   ``ModelFileError``.
    public func open(
        tensors: [String: Tensor], in registry: Registry, at place: String
    ) throws -> any SpikingModel {
        let kind = try registry.kind(network.kind, of: ModelRole.self)
        return try kind.payload.open(self, tensors, registry, place)
    }
}
