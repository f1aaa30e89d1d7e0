import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// Backpropagation whose errors go down through feedback weights.
///
///     δ_l = (δ_{l+1} Bᵀ) ⊙ f′(z_l),   ΔW = xᵀ δ
///
/// in place of `Wᵀ`, at every step of a sequence. Feedback weights are drawn as forward weights of their shape are. The weights
/// of the first layer need none. Source: Lillicrap et al. 2016.
public struct FeedbackLearner: LocalLearner {
    /// Feedback weights by the name of the forward ones, all but those of the first layer.
    public internal(set) var feedback: [String: Tensor]
    /// Changes them between epochs; nil for never.
    var aligner: (any FeedbackAligner)?
    /// Names of the feedback weights in order of the layers.
    let names: [String]

    /// Feedback weights for a network.
    ///
    /// - Throws: ``AlignmentError/layer(name:rule:reason:advice:)`` where synapses hand errors back in a way of their own.
    public init(
        for model: ClockedModel, seed: UInt64, rule: String, aligner: (any FeedbackAligner)? = nil
    ) throws {
        let synapses = try model.synapses(for: rule)
        names = synapses.dropFirst().map(\.weights.name)
        feedback = [:]
        for (index, site) in synapses.enumerated().dropFirst() {
            let shape = site.weights.shape, fanIn = shape.dropLast().reduce(1, *)
            let bound = 1 / Float(fanIn).squareRoot()
            feedback[site.weights.name] = Tensor(
                uniformIn: -bound..<bound, shape: shape,
                from: RandomStream(seed: seed, name: "feedback").substream(index))
        }
        self.aligner = aligner
    }

    /// Brings feedback weights towards the forward ones, where the rule does.
    public mutating func beginEpoch(
        _ epoch: Int, of training: ClockedTraining
    ) throws -> [String: ConfigurationValue] {
        guard var aligner else { return [:] }
        var stack = try stack(in: training.clockedModel)
        let told = try aligner.align(&stack, epoch: epoch)
        self.aligner = aligner
        for layer in stack { feedback[layer.name] = layer.feedback }
        return told
    }

    /// Dense layers at the top of the network that have feedback weights, the lowest first.
    func stack(in model: ClockedModel) throws -> [FeedbackLayer] {
        var stack: [FeedbackLayer] = []
        for stage in model.network.stages.reversed() {
            guard let linear = stage.layer as? Linear else {
                // Convolutions keep random feedback, and what lies under them is none of an aligner's.
                if stage.layer.parameters.contains(where: \.parameter.isPrunable) { break }
                continue
            }
            guard let own = feedback[linear.weights.name] else { break }
            stack.insert(
                FeedbackLayer(
                    name: linear.weights.name, weights: linear.weights.seen,
                    bias: linear.bias?.seen, feedback: own), at: 0)
        }
        return stack
    }

    /// Through the feedback weights.
    public mutating func gradients(
        _ pass: TrainingPass, of training: ClockedTraining
    ) throws -> [Tensor] {
        let feedback = feedback
        pass.context.credit = CreditAssignment(path: { site in
            feedback[site.weights.name].map { .weights($0) } ?? .transpose
        })
        return training.gradientsThroughTime(pass)
    }

    /// The feedback weights.
    public var state: [String: Tensor] { feedback }

    /// Takes over feedback weights.
    public mutating func restore(_ state: [String: Tensor]) throws {
        try TrainingStateError.require(
            state.mapValues(\.shape), as: feedback.mapValues(\.shape), what: "feedback")
        feedback = state
    }

    /// Errors of all layers but the first, at every step, and a feedback weight for each forward one.
    public func traffic(of model: ClockedModel) -> LearningTraffic {
        LearningTraffic(
            bytesBetweenLayers: 0, bytesPerSynapse: 4, bytesPerNeuron: 0,
            transportsWeights: false, waitsForTheEnd: true)
    }
}
