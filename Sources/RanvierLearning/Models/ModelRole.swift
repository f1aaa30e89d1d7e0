import Foundation
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
        try description.requirePossible(at: place)
        let layers = try ClockedDescription(description.network, in: registry, at: place)
        let readout = try ConfigurationSection(
            ConfigurationNode(description.readout, location: place), location: place,
            keyPath: "readout", registry: registry)
        let loss = try readout.value("loss", of: LossRole.self)
        let batchSize = try readout.integer("batch-size", default: 128, in: 1...1 << 20)
        try readout.finish()
        let model = ClockedModel(
            network: try Network(layers, tensors: tensors, in: registry),
            encoder: try description.encoder.value(
                of: EncoderRole.self, in: registry, at: "\(place), encoder"),
            loss: loss, signature: try description.signature(in: registry, at: place),
            family: description.model, batchSize: batchSize)
        try model.requireFittingParts(at: place)
        return model
    }
}

extension ModelDescription {
    /// The model, from its description and its numbers.
    ///
    /// - Parameter place: the file, for messages.
    /// - Throws: ``ModelFileError``, also for a kind that the registry lacks; `ConfigurationError`. Both name the place.
    public func open(
        tensors: [String: Tensor], in registry: Registry, at place: String
    ) throws -> any SpikingModel {
        let model: any SpikingModel
        do {
            let kind = try registry.kind(network.kind, of: ModelRole.self)
            model = try kind.payload.open(self, tensors, registry, place)
        } catch let error as NetworkError {
            throw ModelFileError(
                file: place, reason: "\(error) (the tensors of \(Model.tensorsFile) beside it)")
        } catch let error as ShapeMismatch {
            throw ModelFileError(
                file: place, reason: "expected \(error.expected), found \(error.found)")
        } catch let error as SpikeError {
            throw ModelFileError(file: place, reason: "\(error)")
        } catch let error as UnknownNameError {
            throw ModelFileError(file: place, reason: "\(error)")
        }
        try requireAgreement(with: model, at: place)
        return model
    }
}

extension ClockedModel {
    /// Checks that encoder, network, loss and task of a stored model belong together, and that a sample fits into memory.
    fileprivate func requireFittingParts(at place: String) throws {
        func require(_ isRight: Bool, _ expected: String, _ found: String) throws {
            guard !isRight else { return }
            throw ModelFileError(file: place, reason: "expected \(expected), found \(found)")
        }
        let shown = try encoder.featureShape(ofSample: signature.inputShape)
        try require(
            shown.elementCount == network.inputShape.elementCount,
            "a network that takes \(shown), as the encoder makes of samples "
                + "\(signature.inputShape)", "one that takes \(network.inputShape)")
        let outputs = signature.task.outputNames.count
        try require(
            network.outputShape == [outputs], "a network of \(outputs) outputs, as many as names",
            "outputs of shape \(network.outputShape)")
        try require(
            abs(encoder.timeStep - network.timeStep) <= 1e-9 * network.timeStep,
            "the same time step in encoder and network",
            "\(encoder.timeStep) s and \(network.timeStep) s")
        // What a layer of synapses gives is there for all steps at once.
        let (numbers, isTooMany) = encoder.steps.multipliedReportingOverflow(
            by: network.largestLayer)
        let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        try require(
            !isTooMany && numbers <= memory / MemoryLayout<Float>.size,
            "a sample that fits into the memory of \(memory >> 20) MiB",
            "\(encoder.steps) steps of up to \(network.largestLayer) values")
    }
}
