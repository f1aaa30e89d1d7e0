import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// How the error of a read-out reaches hidden neurons, at the same step.
struct LearningSignal {
    /// Which way.
    enum Way: String, CaseIterable, Sendable {
        /// Down through the transposes of the weights, layer by layer.
        case symmetric
        /// From the read-out to each layer through random weights of its own.
        case random
        /// Down through feedback weights that spike-timing alignment brings to the transposes.
        case sal
    }

    let way: Way
    /// For ``Way/random`` by the names of the weights of the layers that are taught, `[N, outputs]`; for ``Way/sal`` by the names of
    /// the weights that they stand for, each of their shape.
    private(set) var feedback: [String: Tensor] = [:]
    /// What aligns feedback weights, and a network of the synapses alone that it sees.
    private var alignment: (learner: any LocalLearner, model: ClockedModel)?

    /// A way for a network.
    ///
    /// - Throws: ``AlignmentError`` where there is nothing that aligns.
    init(_ way: Way, for network: TracedNetwork, of model: ClockedModel, seed: UInt64) throws {
        self.way = way
        switch way {
        case .symmetric: break
        case .random:
            let readout = network.layers[network.layers.count - 1]
            for (index, layer) in network.layers.dropLast().enumerated() {
                let bound = 1 / Float(readout.inputs).squareRoot()
                feedback[layer.linear.weights.name] = Tensor(
                    uniformIn: -bound..<bound, shape: [layer.outputs, readout.outputs],
                    from: RandomStream(seed: seed, name: "feedback").substream(index))
            }
        case .sal:
            let skeleton = try Self.skeleton(of: network, model)
            let learner = try SpikeTimingAlignment().learner(for: skeleton, seed: seed)
            if let plain = learner as? FeedbackLearner, plain.aligner == nil {
                throw AlignmentError.setting(
                    name: "rule.feedback", expected: "symmetric or random",
                    found: "sal, but rule 'sal' aligns nothing in this program")
            }
            alignment = (learner, skeleton)
            feedback = learner.feedback
        }
    }

    /// The synapses between layers one above the other, with the same parameters under the same names.
    private static func skeleton(
        of network: TracedNetwork, _ model: ClockedModel
    ) throws -> ClockedModel {
        ClockedModel(
            network: try Network(
                inputShape: [network.layers[0].inputs], timeStep: model.network.timeStep,
                seed: model.network.seed, layers: network.layers.map { $0.linear.named($0.name) },
                drawsWeights: false),
            encoder: model.encoder, loss: model.loss)
    }

    /// Lets feedback weights be aligned.
    mutating func beginEpoch(
        _ epoch: Int, seed: UInt64
    ) throws -> [String: ConfigurationValue] {
        guard let (before, model) = alignment else { return [:] }
        var learner = before
        let told = try learner.beginEpoch(
            epoch, of: ClockedTraining(model, optimizer: SGD(learningRate: 1), seed: seed))
        alignment = (learner, model)
        feedback = learner.feedback
        return told
    }

    /// What reaches the neurons below a layer, `[T, B, inputs]`.
    ///
    /// - Parameters:
    ///   - above: errors of the layer's currents at the same step, `[T, B, outputs]`.
    ///   - readout: errors of the read-out, `[T, B, K]`.
    ///   - name: of the weights of the layer that is taught.
    func errors(
        below layer: TracedLayer, above: Tensor, readout: Tensor, teaching name: String
    ) -> Tensor {
        switch way {
        case .symmetric: return above.matrixProduct(layer.linear.weights.seen.transposed())
        case .sal:
            let weights = feedback[layer.linear.weights.name] ?? layer.linear.weights.seen
            return above.matrixProduct(weights.transposed())
        case .random:
            guard let weights = feedback[name] else { return .zeros(readout.shape) }
            return readout.matrixProduct(weights.transposed())
        }
    }

    // MARK: - State

    var state: [String: Tensor] {
        guard let alignment else { return feedback }
        return alignment.learner.state
    }

    mutating func restore(_ state: [String: Tensor]) throws {
        guard let (before, model) = alignment else {
            try TrainingStateError.require(
                state.mapValues(\.shape), as: feedback.mapValues(\.shape), what: "feedback")
            feedback = state
            return
        }
        var learner = before
        try learner.restore(state)
        alignment = (learner, model)
        feedback = learner.feedback
    }

    // MARK: - Costs

    /// Whether errors go through the weights of other synapses.
    var transportsWeights: Bool { way == .symmetric }

    /// Feedback weights per forward one, in bytes.
    var bytesPerSynapse: Double { way == .symmetric ? 0 : 4 }

    /// Numbers that go down at a step of a sample.
    func errorsPerStep(in network: TracedNetwork) -> Int {
        let hidden = network.layers.count - 1
        return way == .random
            ? hidden * network.layers[hidden].outputs
            : network.layers.dropFirst().reduce(0) { $0 + $1.outputs }
    }
}
