import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// `delta`: the last layer learns from the trace of its inputs and the error of its outputs, and nothing else learns.
///
///     ΔW_ij = e_i δ_j,   e_i = Σ_t (∂ score / ∂ current at t) x_i[t],   δ = ∂ loss / ∂ score
///
/// The trace `e` is what the read-out makes of the spikes of input `i` (its mean under a leak, for a membrane that is averaged);
/// no error goes back to the layers below. Source: Widrow & Hoff 1960.
public struct DeltaRule: LocalRule {
    /// `delta`.
    public static let kind = "delta"
    /// No options.
    public static let schema = Schema<DeltaRule>()

    /// The rule.
    public init() {}

    /// What learns.
    ///
    /// - Throws: ``AlignmentError/layer(name:rule:reason:advice:)`` where the last layer of synapses is none from all to all.
    public func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner {
        try LastLayerLearner(for: model)
    }
}

/// What moves the last layer by a ``DeltaRule``.
struct LastLayerLearner: LocalLearner {
    /// Names of the parameters that learn.
    let names: Set<String>

    init(for model: ClockedModel) throws(AlignmentError) {
        let stages = model.network.stages
        let last = stages.last { $0.layer.parameters.contains(where: \.parameter.isPrunable) }
        guard let last, let linear = last.layer as? Linear else {
            throw .layer(
                name: last?.name ?? stages.last?.name ?? "", rule: DeltaRule.kind,
                reason: "it is the last one with weights, and they are not from all to all",
                advice: "take a rule that teaches all layers, or none")
        }
        let own = [linear.weights] + (linear.bias.map { [$0] } ?? [])
        guard own.contains(where: \.isTrainable) else {
            throw .layer(
                name: last.name, rule: DeltaRule.kind,
                reason: "its weights are kept as they were drawn",
                advice: "take no rule, whereupon inputs alone are followed")
        }
        names = Set(own.map(\.name))
    }

    mutating func gradients(
        _ pass: TrainingPass, of training: ClockedTraining
    ) throws -> [Tensor] {
        pass.context.credit = CreditAssignment(path: { _ in .blocked })
        let parameters = training.clockedModel.network.trainableParameters
        return zip(parameters, training.gradientsThroughTime(pass)).map { parameter, gradient in
            names.contains(parameter.name) ? gradient : .zeros(parameter.shape)
        }
    }

    var state: [String: Tensor] { [:] }

    mutating func restore(_ state: [String: Tensor]) throws {
        try TrainingStateError.require(
            state.mapValues(\.shape), as: [:], what: "tensor of the rule")
    }

    /// Nothing goes between layers; an input keeps its trace.
    func traffic(of model: ClockedModel) -> LearningTraffic {
        LearningTraffic(
            bytesBetweenLayers: 0, bytesPerSynapse: 0, bytesPerNeuron: 4, transportsWeights: false,
            waitsForTheEnd: true)
    }
}

extension Kind where R == LocalRuleRole {
    /// Rules that go on with a network that has learned.
    static let adaptation: [LocalRuleKind] = [LocalRuleKind(DeltaRule.self)]
}
