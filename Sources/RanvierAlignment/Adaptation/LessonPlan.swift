import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// Teaches a network sample by sample by a local rule.
struct LessonPlan {
    private var learning: LocalLearning
    private let options: Adaptation
    /// Trainable weights as they were stored, in order.
    private let first: [Tensor]
    private var pass = 0
    private var step = 0

    /// Lessons of a network, which is taught in place.
    ///
    /// - Throws: ``AlignmentError`` where the rule cannot teach a layer.
    init(of model: ClockedModel, by rule: any LocalRule, _ options: Adaptation, seed: UInt64) throws
    {
        self.options = options
        first = model.network.trainableParameters.map(\.value)
        // One sample has no variance: normalisations keep what they have learned.
        if model.network.normalizesByBatches { model.network.freezesNormalization = true }
        learning = try LocalLearning(
            ClockedTraining(
                model, optimizer: SGD(learningRate: Float(options.rate)), batchSizes: 1, seed: seed),
            rule: rule)
    }

    /// Does what the rule does before a pass, such as a phase of alignment.
    mutating func begin(pass: Int) throws -> [(String, ConfigurationValue)] {
        self.pass = pass
        step = 0
        return try learning.learner.beginEpoch(pass, of: learning.training)
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Teaches a sample, `[T, 1, …]`.
    ///
    /// - Returns: whether it taught anything.
    @discardableResult
    mutating func teach(
        _ sequence: Tensor, _ targets: Targets, rateFactor: Float
    ) throws -> Bool {
        step += 1
        let task = learning.clockedModel.signature.task
        if options.sureness < 1, case .classes(let labels, _) = targets {
            let network = learning.clockedModel.network
            let scores = learning.clockedModel.loss.decoder.scores(of: network(sequence))
            let answer = task.answers(of: scores).scalars
            if Double(answer[labels[0]]) >= options.sureness { return false }
        }
        var learner = learning.learner, training = learning.training
        let parameters = training.clockedModel.network.trainableParameters
        let before = learner.followsUpdates ? parameters.map(\.value) : []
        let own = training
        _ = try training.takeStep(
            TrainingBatch(
                sequence, targets: task.trainingTargets(targets), epoch: pass, step: step - 1,
                rateFactor: rateFactor)
        ) { try learner.gradients($0, of: own) }
        if options.decay > 0 { decay(parameters) }
        if learner.followsUpdates {
            try learner.didUpdate(from: before, of: training, rateFactor: rateFactor)
        }
        learning.learner = learner
        learning.training = training
        return true
    }

    private func decay(_ parameters: [Parameter]) {
        let share = Float(options.decay)
        for (parameter, first) in zip(parameters, first) {
            parameter.value = parameter.value + (first - parameter.value) * share
        }
    }
}
