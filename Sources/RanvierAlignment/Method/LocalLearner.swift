import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// What moves a network by a ``LocalRule``: it hands out changes for each batch, and keeps what the rule learns besides weights.
public protocol LocalLearner {
    /// Does what comes before an epoch, such as a phase of alignment.
    ///
    /// - Returns: what there is to tell of it, by name, for the epoch's report.
    mutating func beginEpoch(
        _ epoch: Int, of training: ClockedTraining
    ) throws -> [String: ConfigurationValue]

    /// What there is to tell of the steps of an epoch, by name, once they are over.
    func endEpoch() -> [String: ConfigurationValue]

    /// What stands for the gradients of the network's trainable parameters, in order; the optimiser goes against it.
    ///
    /// Takes the loss by ``RanvierLearning/TrainingPass/loss(of:)``.
    mutating func gradients(
        _ pass: TrainingPass, of training: ClockedTraining
    ) throws -> [Tensor]

    /// Whether ``didUpdate(from:of:rateFactor:)`` wants to know the weights before each update.
    var followsUpdates: Bool { get }

    /// Hears of an update of the weights.
    ///
    /// - Parameter before: values of the trainable parameters before it, in order.
    mutating func didUpdate(
        from before: [Tensor], of training: ClockedTraining, rateFactor: Float) throws

    /// Feedback weights by the name of the weights whose transposes they stand for, each of those weights' shape; empty for
    /// rules without.
    var feedback: [String: Tensor] { get }

    /// What errors really go through, by the name of the forward weights: ``feedback``, unless a rule reads it otherwise.
    func feedback(in model: ClockedModel) -> [String: Tensor]

    /// Tensors that the next step depends on.
    var state: [String: Tensor] { get }

    /// Takes over a stored state, whatever it is.
    ///
    /// - Throws: `TrainingStateError` where it is none of this rule for this network.
    mutating func restore(_ state: [String: Tensor]) throws

    /// What the rule moves between layers and keeps for each synapse.
    func traffic(of model: ClockedModel) -> LearningTraffic
}

extension LocalLearner {
    /// Nothing.
    public mutating func beginEpoch(
        _ epoch: Int, of training: ClockedTraining
    ) throws -> [String: ConfigurationValue] { [:] }

    /// Nothing.
    public func endEpoch() -> [String: ConfigurationValue] { [:] }

    /// As they are.
    public func feedback(in model: ClockedModel) -> [String: Tensor] { feedback }

    /// False.
    public var followsUpdates: Bool { false }

    /// Nothing.
    public mutating func didUpdate(
        from before: [Tensor], of training: ClockedTraining, rateFactor: Float
    ) throws {}

    /// None.
    public var feedback: [String: Tensor] { [:] }
}
