import Foundation
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// Learning by a local rule: errors reach synapses by feedback weights of their own, or synapses learn from traces of what they
/// have seen.
///
///     var method = try LocalLearning(ClockedTraining(model, optimizer: SGD(learningRate: 0.05)), rule: FeedbackAlignment())
///     try Course(epochs: 30).run(&method, on: digits.train)
///
/// The loss, the optimiser, batches and all else are those of a ``RanvierLearning/ClockedTraining``. Source of the rules: each
/// names its own.
public struct LocalLearning: ClockedMethod {
    /// `local`.
    public static let name = "local"

    /// Samples, batches, optimiser.
    public var training: ClockedTraining
    /// The rule.
    public let rule: any LocalRule
    /// What has been learned besides the weights.
    public internal(set) var learner: any LocalLearner
    /// Whether each epoch holds the rule's changes against the gradient, on its first batch.
    ///
    /// That takes one more pass of backpropagation through time, whose memory grows with the steps of a sequence.
    public var comparesGradients = true

    /// Learning by a rule from its beginning.
    ///
    /// - Throws: ``AlignmentError`` where the rule cannot teach a layer.
    public init(_ training: ClockedTraining, rule: any LocalRule) throws {
        self.training = training
        self.rule = rule
        learner = try rule.learner(for: training.clockedModel, seed: training.seed)
    }

    /// Forgets what optimiser and rule have gathered.
    public mutating func restart(learningRate: Float?) throws {
        training.restart(learningRate: learningRate)
        learner = try rule.learner(for: training.clockedModel, seed: training.seed)
    }

    /// One pass over the samples; before it what the rule does between epochs.
    public mutating func epoch(
        _ epoch: Int, in part: Range<Int>, on data: Dataset, hooks: Hooks
    ) throws -> EpochReport {
        let start = ContinuousClock.now
        var learner = self.learner
        let told = try learner.beginEpoch(epoch, of: training)
        let between = (ContinuousClock.now - start) / .seconds(1)
        var angles: [String: Double] = [:]
        let compares = comparesGradients
        var report = try training.epoch(epoch, in: part, on: data, hooks: hooks) { own, batch in
            let parameters = own.clockedModel.network.trainableParameters
            let before = learner.followsUpdates ? parameters.map(\.value) : []
            let training = own
            let result = try own.takeStep(batch) { pass in
                let changes = try learner.gradients(pass, of: training)
                if compares, batch.step == 0 {
                    angles = Self.angles(of: changes, in: training, over: batch)
                }
                return changes
            }
            if learner.followsUpdates {
                try learner.didUpdate(from: before, of: own, rateFactor: batch.rateFactor)
            }
            return result
        }
        self.learner = learner
        report.seconds += between
        for (key, value) in told { report.records[key] = value }
        for (key, value) in learner.endEpoch() { report.records[key] = value }
        report.gradientAngles = angles
        report.feedbackAngles = feedbackAngles
        return report
    }

    /// Degrees between the rule's changes of weights and the gradient of the same batch, by name.
    private static func angles(
        of changes: [Tensor], in training: ClockedTraining, over batch: TrainingBatch
    ) -> [String: Double] {
        let pass = training.pass(over: batch)
        // Running values of normalisations have seen the batch already.
        pass.context.isRecomputing = true
        let gradients = training.gradientsThroughTime(pass)
        var angles: [String: Double] = [:]
        let parameters = training.clockedModel.network.trainableParameters
        for (index, parameter) in parameters.enumerated() where parameter.isPrunable {
            angles[parameter.name] = FeedbackLayer.angle(changes[index], gradients[index])
        }
        return angles
    }

    /// Degrees between what errors go through and the weights it stands for, by name.
    private var feedbackAngles: [String: Double] {
        let weights = Dictionary(
            uniqueKeysWithValues: clockedModel.network.layerParameters.map { ($0.name, $0.seen) })
        var angles: [String: Double] = [:]
        for (name, feedback) in learner.feedback(in: clockedModel) {
            angles[name] = weights[name].map { FeedbackLayer.angle($0, feedback) }
        }
        return angles
    }

    /// What the training takes, and what the rule keeps beside it.
    ///
    /// - Throws: `MemoryError`, or `MemoryNeedError` where both together exceed what may be used.
    public func predictPeakMemory() throws -> Int? {
        guard let needed = try training.predictPeakMemory() else { return nil }
        let kept = learner.state.values.reduce(0) { $0 + 4 * $1.count }
        // Values before an update live on beside those after it.
        let followed =
            learner.followsUpdates
            ? clockedModel.network.trainableParameters.reduce(0) {
                $0 + 4 * $1.shape.reduce(1, *)
            } : 0
        let all = needed + kept + followed
        try MemoryNeed(
            "training by the rule '\(type(of: rule).kind)'", bytes: Double(all),
            advice: "take a smaller network or smaller batches"
        ).check(available: training.memoryLimit)
        return all
    }

    // MARK: - State

    private static let prefix = "rule."

    /// Tensors of the optimiser and of the rule, and the optimiser's steps.
    public var state: (tensors: [String: Tensor], steps: Int) {
        var (tensors, steps) = training.state
        for (name, tensor) in learner.state { tensors[Self.prefix + name] = tensor }
        return (tensors, steps)
    }

    /// Takes over a stored state of the optimiser and of the rule.
    ///
    /// - Throws: `TrainingStateError` where it is none of this method for this network.
    public mutating func restore(state: [String: Tensor], steps: Int) throws {
        let own = state.filter { $0.key.hasPrefix(Self.prefix) }
        try training.restore(
            state: state.filter { !$0.key.hasPrefix(Self.prefix) }, steps: steps)
        try learner.restore(
            Dictionary(
                uniqueKeysWithValues: own.map {
                    (String($0.key.dropFirst(Self.prefix.count)), $0.value)
                }))
    }
}
