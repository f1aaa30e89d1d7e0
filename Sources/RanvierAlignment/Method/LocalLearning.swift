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
        var report = try training.epoch(epoch, in: part, on: data, hooks: hooks) { own, batch in
            let parameters = own.clockedModel.network.trainableParameters
            let before = learner.followsUpdates ? parameters.map(\.value) : []
            let training = own
            let result = try own.takeStep(batch) { try learner.gradients($0, of: training) }
            if learner.followsUpdates {
                try learner.didUpdate(from: before, of: own, rateFactor: batch.rateFactor)
            }
            return result
        }
        self.learner = learner
        report.seconds += between
        for (key, value) in told { report.records[key] = value }
        return report
    }

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
