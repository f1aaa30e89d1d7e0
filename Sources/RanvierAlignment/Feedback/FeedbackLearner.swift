import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// Backpropagation whose errors go down through feedback weights.
///
///     δ_l = (δ_{l+1} Bᵀ) ⊙ f′(z_l),   ΔW = xᵀ δ
///
/// in place of `Wᵀ`, at every step of a sequence. Feedback weights are drawn as the forward weights that they stand for are, from
/// numbers of their own. The weights of the first layer need none. Source: Lillicrap et al. 2016.
public struct FeedbackLearner: LocalLearner {
    /// Feedback weights by the name of the forward ones, all but those of the first layer.
    public internal(set) var feedback: [String: Tensor]
    /// Changes them between epochs; nil for never.
    var aligner: (any FeedbackAligner)?
    /// Changes them while the forward weights learn; nil for never.
    var follower: (any FeedbackFollower)?
    /// What errors go through.
    var reading = FeedbackReading.weights
    /// Whether feedback weights have the size that they were drawn with after each alignment: for rules that find directions alone.
    var keepsScale = false
    /// How errors go down through convolutions.
    var convolutions = ConvolutionFeedback.random
    /// What the rule moves and keeps besides, beyond a feedback weight for each forward one.
    var extraTraffic = LearningTraffic.none
    /// Names of the feedback weights in order of the layers.
    let names: [String]
    /// Those of convolutions.
    private let convolutionNames: Set<String>
    /// Root mean squares of the feedback weights as they were drawn.
    private let firstSizes: [String: Float]

    /// Feedback weights for a network.
    ///
    /// - Parameters:
    ///   - gain: factor on the first feedback weights.
    ///   - part: which layers have feedback weights of their own; the others hand errors back through their transposes.
    /// - Throws: ``AlignmentError/layer(name:rule:reason:advice:)`` where synapses hand errors back in a way of their own.
    init(
        for model: ClockedModel, seed: UInt64, rule: String, aligner: (any FeedbackAligner)? = nil,
        gain: Float, of part: FeedbackPart = .all
    ) throws {
        let synapses = part == .none ? [] : try model.synapses(for: rule)
        let own = synapses.enumerated().dropFirst().filter { _, site in
            part == .all || site.weights.shape.count > 2
        }
        names = own.map(\.element.weights.name)
        convolutionNames = Set(
            own.map(\.element.weights).filter { $0.shape.count > 2 }.map(\.name))
        feedback = [:]
        for (index, site) in own {
            let drawn = site.weights.redrawn(
                from: RandomStream(seed: seed, name: "feedback").substream(index))
            feedback[site.weights.name] = gain == 1 ? drawn : drawn * gain
        }
        firstSizes = feedback.mapValues(Self.size)
        self.aligner = aligner
    }

    /// Feedback weights for a network.
    ///
    /// - Throws: ``AlignmentError/layer(name:rule:reason:advice:)`` where synapses hand errors back in a way of their own.
    public init(
        for model: ClockedModel, seed: UInt64, rule: String, aligner: (any FeedbackAligner)? = nil
    ) throws {
        try self.init(for: model, seed: seed, rule: rule, aligner: aligner, gain: 1)
    }

    /// Root mean square.
    private static func size(_ tensor: Tensor) -> Float {
        Float(GradientClipping.norm(of: [tensor]) / Double(max(tensor.count, 1)).squareRoot())
    }

    /// Names of the feedback weights that the rule concerns.
    private var ruled: Set<String> {
        convolutions == .ruled ? Set(names) : Set(names).subtracting(convolutionNames)
    }

    /// Forward weights of the feedback weights that the rule concerns, in order.
    private func followed(in model: ClockedModel) -> [(index: Int, parameter: Parameter)] {
        let ruled = ruled
        return model.network.trainableParameters.enumerated().filter {
            ruled.contains($0.element.name)
        }.map { ($0.offset, $0.element) }
    }

    // MARK: - Epochs

    /// Brings feedback weights towards the forward ones, where the rule does.
    public mutating func beginEpoch(
        _ epoch: Int, of training: ClockedTraining
    ) throws -> [String: ConfigurationValue] {
        let followed = followed(in: training.clockedModel).map(\.parameter)
        follower?.begin(&feedback, beside: followed)
        guard var aligner else { return [:] }
        var stack = try stack(in: training.clockedModel)
        let told = try aligner.align(&stack, epoch: epoch)
        self.aligner = aligner
        for layer in stack {
            guard layer.feedback.isFinite else {
                throw AlignmentError.nonFinite(
                    what: "feedback of '\(layer.name)'",
                    advice: "take a smaller rate of alignment, or clip gradients")
            }
            guard keepsScale, let first = firstSizes[layer.name] else {
                feedback[layer.name] = layer.feedback
                continue
            }
            // Where nothing was found yet, what was there stays.
            let size = Self.size(layer.feedback)
            if size > 0 { feedback[layer.name] = layer.feedback * (first / size) }
        }
        return told
    }

    /// What the rule did while the weights learned.
    public func endEpoch() -> [String: ConfigurationValue] { follower?.told ?? [:] }

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

    // MARK: - Steps

    /// Through the feedback weights.
    public mutating func gradients(
        _ pass: TrainingPass, of training: ClockedTraining
    ) throws -> [Tensor] {
        let feedback = feedback, reading = reading, ruled = ruled
        guard !feedback.isEmpty else { return training.gradientsThroughTime(pass) }
        pass.context.credit = CreditAssignment(path: { site in
            guard let own = feedback[site.weights.name] else { return .transpose }
            return .weights(
                ruled.contains(site.weights.name)
                    ? reading.weights(own, for: site.weights.seen) : own)
        })
        return training.gradientsThroughTime(pass)
    }

    /// Where feedback weights follow the forward ones.
    public var followsUpdates: Bool { follower != nil }

    /// Lets feedback weights follow.
    public mutating func didUpdate(
        from before: [Tensor], of training: ClockedTraining, rateFactor: Float
    ) throws {
        let own = followed(in: training.clockedModel)
        follower?.follow(
            &feedback, beside: own.map(\.parameter), from: own.map { before[$0.index] },
            rate: training.optimizer.learningRate * rateFactor)
    }

    /// What errors go through, by the name of the forward weights.
    public func feedback(in model: ClockedModel) -> [String: Tensor] {
        guard reading != .weights else { return feedback }
        var used = feedback
        for parameter in model.network.layerParameters where ruled.contains(parameter.name) {
            used[parameter.name] = feedback[parameter.name].map {
                reading.weights($0, for: parameter.seen)
            }
        }
        return used
    }

    // MARK: - State

    private static let prefix = "alignment/"

    /// The feedback weights, and what the alignment keeps.
    public var state: [String: Tensor] {
        var state = feedback
        for (name, tensor) in aligner?.state ?? [:] { state[Self.prefix + name] = tensor }
        return state
    }

    /// Takes over feedback weights.
    public mutating func restore(_ state: [String: Tensor]) throws {
        let own = state.filter { !$0.key.hasPrefix(Self.prefix) }
        try TrainingStateError.require(
            own.mapValues(\.shape), as: feedback.mapValues(\.shape), what: "feedback")
        if let name = state.keys.sorted().first(where: { state[$0]?.isFinite == false }) {
            throw TrainingStateError(expected: "finite numbers in '\(name)'", found: "others")
        }
        var kept: [String: Tensor] = [:]
        for (name, tensor) in state where name.hasPrefix(Self.prefix) {
            kept[String(name.dropFirst(Self.prefix.count))] = tensor
        }
        guard var aligner else {
            try TrainingStateError.require(
                kept.mapValues(\.shape), as: [:], what: "tensor of the alignment")
            return feedback = own
        }
        let shapes = feedback.map {
            FeedbackLayer(name: $0.key, weights: $0.value, bias: nil, feedback: $0.value)
        }
        try aligner.restore(kept, for: shapes)
        self.aligner = aligner
        feedback = own
    }

    /// Errors of all layers but the first, at every step, and a feedback weight for each forward one.
    public func traffic(of model: ClockedModel) -> LearningTraffic {
        let load = SynapseLoad(of: model)
        var traffic = extraTraffic
        traffic.bytesBetweenLayers += load.errorBytes
        traffic.bytesPerSynapse +=
            4 * Double(feedback.values.reduce(0) { $0 + $1.count }) / Double(max(load.synapses, 1))
        traffic.bytesPerNeuron += load.pastBytesPerNeuron
        traffic.waitsForTheEnd = traffic.waitsForTheEnd || load.steps > 1
        return traffic
    }
}

/// Which layers have feedback weights of their own.
enum FeedbackPart {
    /// All but the first.
    case all
    /// Convolutions, but for the first layer.
    case convolutions
    /// None.
    case none
}
