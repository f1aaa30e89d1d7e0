import RanvierConfiguration
import RanvierData
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// A trained network, whatever taught it, as the one ruler sees it.
///
/// A kind of model says how it answers a batch, what it is, and what it stores; evaluation, prediction, latency and rasters are
/// written once over that. A model is a value: it can be handed to other threads.
public protocol SpikingModel: Sendable {
    /// Word for the kind of model in stored networks: `clocked`, `event-driven`.
    static var kind: String { get }

    /// What goes in and what comes out.
    var signature: ModelSignature { get set }

    /// Whether the network spikes.
    var family: NetworkFamily { get }

    /// Answers to samples that are scaled as the signature says.
    ///
    /// - Parameter listener: hears what layers do; nil where nobody listens.
    /// - Throws: the error of an encoder or network that cannot take the values.
    func respond(to batch: Batch, listener: Listener?) throws -> Responses

    /// Answers where what the network is shown, `[T, B, …]`, is changed before.
    ///
    /// - Throws: ``ModelError/noSequence(model:)`` where a kind of model is shown no sequence.
    func respond(
        to batch: Batch, listener: Listener?, changing change: (Tensor) -> Tensor
    ) throws -> Responses

    /// The model before the first row of a stream.
    ///
    /// - Throws: ``ModelError/noStream(model:reason:)`` where its kind of network, or its encoder, takes whole samples.
    func stream() throws -> any ModelStream

    /// How the loss of a sample changes with its values, `[B, shape…]`, for attacks.
    ///
    /// - Throws: ``ModelError/noInputGradient(model:reason:)`` where there is none.
    func inputGradient(_ features: Tensor, labels: [Int], isTraining: Bool) throws -> Tensor

    /// The same for targets of any kind.
    ///
    /// - Throws: ``ModelError/noInputGradient(model:reason:)`` where there is none.
    func inputGradient(_ features: Tensor, targets: Targets, isTraining: Bool) throws -> Tensor

    /// The network as a value.
    ///
    /// - Throws: `NetworkError.undescribed` for parts that cannot be said.
    var networkDescription: NetworkDescription { get throws }
    /// How samples become what the network takes.
    var encoderDescription: Element { get }
    /// How answers are read, and all else that is to be said of a model of this kind.
    var readoutDescription: ConfigurationValue { get }

    /// Everything that is stored, by name.
    var parameters: [String: Tensor] { get }

    /// Takes over stored parameters.
    mutating func restore(_ parameters: [String: Tensor]) throws

    /// The same model with its first weights.
    func untrained(seed: UInt64, registry: Registry) throws -> any SpikingModel

    /// Numbers on a device.
    var storage: [StoredNumbers] { get }

    /// The word that configurations have for how samples are encoded, for messages.
    var encoding: String { get }

    /// Values that the model has a meaning for, after scaling.
    var accepts: AcceptedValues { get }

    /// How finely the model's code represents values; nil where it does not say.
    var resolution: EncodingResolution? { get }

    /// How a sample is shown to the network, in a few words.
    var presentation: String { get }

    /// How long a sample is shown, in seconds.
    var duration: Double { get }

    /// Numbers that one sample's inference keeps from one step to the next.
    var stateCount: Int { get }

    /// Connections that a sample passes, for what an artificial network of the same shape would do; nil where there is none.
    func connectionLoad(of batch: Batch) throws -> ConnectionLoad?

    /// Samples at once in evaluation.
    var batchSize: Int { get }
}

extension SpikingModel {
    /// There is none, unless a kind of model says otherwise.
    public func inputGradient(
        _ features: Tensor, labels: [Int], isTraining: Bool
    ) throws -> Tensor {
        throw ModelError.noInputGradient(
            model: "a model of the kind '\(Self.kind)'",
            reason: "its spike times have no gradient by the values of a sample here")
    }

    /// Nil, unless a kind of model says otherwise.
    public func connectionLoad(of batch: Batch) throws -> ConnectionLoad? { nil }

    /// The kind of the encoder.
    public var encoding: String { encoderDescription.kind }

    /// Any finite number.
    public var accepts: AcceptedValues { .all }

    /// Nothing is said.
    public var resolution: EncodingResolution? { nil }

    /// That of the labels; of other targets there is none, unless a kind of model says otherwise.
    public func inputGradient(
        _ features: Tensor, targets: Targets, isTraining: Bool
    ) throws -> Tensor {
        guard case .classes(let labels, _) = targets else {
            throw ModelError.noInputGradient(
                model: "a model of the kind '\(Self.kind)'",
                reason: "its samples have no classes, whose gradient alone is known here")
        }
        return try inputGradient(features, labels: labels, isTraining: isTraining)
    }

    /// There is no sequence, unless a kind of model says otherwise.
    public func respond(
        to batch: Batch, listener: Listener?, changing change: (Tensor) -> Tensor
    ) throws -> Responses {
        throw ModelError.noSequence(model: "a model of the kind '\(Self.kind)'")
    }

    /// All parameters as 32-bit numbers, unless a kind of model says otherwise.
    public var storage: [StoredNumbers] {
        parameters.sorted { $0.key < $1.key }.map { StoredNumbers(name: $0, shape: $1.shape) }
    }
}
