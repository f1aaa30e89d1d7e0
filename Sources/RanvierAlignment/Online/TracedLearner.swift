import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// Learning forward in time by traces, with a loss at each step.
///
///     ε ← α ε + x,   ē ← κ ē + ψ ε,   ΔW = −η Σ_t L[t] ē[t]
///
/// with the error L that reaches a neuron at the same step. The state is constant in the length of the sequence: a trace for each
/// input, ē for each synapse where κ > 0, and the activities of one chunk of steps. Inside a chunk the sum over time is taken
/// backwards, which costs matrix products in place of a pass over all synapses at each step; what comes from chunks before is added
/// through the traces, so that the length of chunks changes sums by rounding alone.
struct TracedLearner: LocalLearner {
    /// Layers that can be followed.
    let network: TracedNetwork
    /// Word of the rule.
    let rule: String
    /// κ of hidden layers; nil for the leak of the read-out.
    let filter: Float?
    /// Steps of a chunk.
    let chunk: Int
    /// How errors reach hidden layers.
    var signal: LearningSignal

    /// A learner for a network.
    init(
        _ network: TracedNetwork, rule: String, filter: Float?, chunk: Int, signal: LearningSignal
    ) {
        self.network = network
        self.rule = rule
        self.filter = filter
        self.chunk = chunk
        self.signal = signal
    }

    var feedback: [String: Tensor] { signal.feedback }

    var state: [String: Tensor] { signal.state }

    mutating func restore(_ state: [String: Tensor]) throws { try signal.restore(state) }

    mutating func beginEpoch(
        _ epoch: Int, of training: ClockedTraining
    ) throws -> [String: ConfigurationValue] {
        try signal.beginEpoch(epoch, seed: training.seed)
    }

    mutating func gradients(
        _ pass: TrainingPass, of training: ClockedTraining
    ) throws -> [Tensor] {
        try OnlinePass.requireWholeSequences(training)
        let sequence = pass.batch.sequence
        let run = try TracedRun(
            self, samples: sequence.shape[1], steps: sequence.shape[0],
            timeStep: pass.network.timeStep)
        run.eachChunk(of: sequence, in: pass)
        return pass.network.trainableParameters.map {
            run.gradients[$0.name] ?? .zeros($0.shape)
        }
    }

    func traffic(of model: ClockedModel) -> LearningTraffic {
        let filter = filter ?? network.readoutFilter(timeStep: model.network.timeStep)
        let adapts = network.layers.contains {
            $0.neurons.past(timeStep: model.network.timeStep).adaptation != nil
        }
        return LearningTraffic(
            bytesBetweenLayers: 4 * Double(model.encoder.steps * signal.errorsPerStep(in: network)),
            bytesPerSynapse: (filter > 0 ? 4 : 0) + (adapts ? 4 : 0) + signal.bytesPerSynapse,
            bytesPerNeuron: 4, transportsWeights: signal.transportsWeights,
            waitsForTheEnd: false)
    }
}

/// What passes of rules with a loss at each step share.
enum OnlinePass {
    /// Refuses settings that these rules would pass over.
    ///
    /// - Throws: ``AlignmentError/setting(name:expected:found:)``.
    static func requireWholeSequences(_ training: ClockedTraining) throws(AlignmentError) {
        if let truncation = training.truncation {
            throw .setting(
                name: "training.truncation",
                expected: "none, because errors do not go back through time by this rule",
                found: "\(truncation)")
        }
        guard training.clockedModel.network.recomputesStates else { return }
        throw .setting(
            name: "training.recompute-states",
            expected: "false, because no states are kept for a way back", found: "true")
    }

    /// Gradients of the losses of single steps by an output, `[T, B, K]`; each step is a part of the sequence of its own.
    static func errors(of output: Tensor, in pass: TrainingPass) -> Tensor {
        let errors = (0..<output.shape[0]).map { step in
            let part = output.slice(step..<step + 1).dense.tracked()
            return pass.loss(of: part).gradients(for: [part])[0]
        }
        return Tensor.concatenate(errors)
    }
}
