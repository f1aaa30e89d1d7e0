import Foundation
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierTensors

/// Learning by expectation propagation: no gradients, but messages between distributions of weights, potentials and spikes.
///
/// Each batch is visited by one forward and one backward sweep from the cavity of a sample; what all samples say of each weight is
/// added to its site totals, of which a part is forgotten. See ``SharedSites`` for the rule and ``PosteriorNetwork`` for the messages.
///
/// Idea: Yao, McLaughlin & Altmann, arXiv 2506.23757. The formulas are a reconstruction of this package.
public struct ExpectationPropagation: LearningMethod {
    /// `expectation-propagation`.
    public static let name = "expectation-propagation"

    /// The model that is trained.
    public private(set) var bayesianModel: BayesianModel
    /// How batches are visited.
    public let rule: VisitRule
    /// Seed of the order of samples.
    public let seed: UInt64
    /// Samples that were seen before this course.
    private let seenBefore: Int
    private var steps = 0

    /// Trains a model.
    public init(_ model: BayesianModel, rule: VisitRule = VisitRule(), seed: UInt64 = 0) {
        bayesianModel = model
        self.rule = rule
        self.seed = seed
        seenBefore = model.seen
    }

    /// The model that is trained.
    public var model: any SpikingModel { bayesianModel }

    /// Takes over stored distributions.
    public mutating func restoreModel(_ parameters: [String: Tensor]) throws {
        try bayesianModel.restore(parameters)
    }

    /// The totals are the model's own; only the number of visits is kept besides.
    public var state: (tensors: [String: Tensor], steps: Int) { ([:], steps) }

    /// Takes over the number of visits.
    public mutating func restore(state: [String: Tensor], steps: Int) throws {
        try TrainingStateError.require(state.mapValues(\.shape), as: [:], what: "tensor")
        self.steps = steps
    }

    /// Checks task, shape and number of outputs; inputs are centred by the first samples that a posterior sees.
    public mutating func prepare(for data: Dataset) throws {
        try bayesianModel.signature.task.requireFit(of: data)
        let expected = bayesianModel.posterior.sizes[0]
        guard data.featureShape.elementCount == expected else {
            throw TrainingError.mismatch(
                what: "samples of \(data.name)", expected: "\(expected) values",
                found: "the shape \(data.featureShape)")
        }
        // A course that goes on finds the same samples, and the same means.
        if seenBefore == 0 { bayesianModel.takeCentre(of: data) }
    }

    // MARK: - Passes

    /// One pass over the samples in an order of its own.
    public mutating func epoch(
        _ epoch: Int, of epochs: Int, on data: Dataset, hooks: Hooks
    ) throws -> EpochReport {
        guard hooks.reduce == nil else {
            throw TrainingError.mismatch(
                what: "method '\(Self.name)'", expected: "one machine",
                found: "gradients to be summed over several, of which there are none here")
        }
        let start = ContinuousClock.now
        let sizes = batchSizes(seen: seenBefore + epoch * data.count, count: data.count)
        let weight = rule.weight(samples: data.count)
        let sweep = DenseSweep(
            bayesianModel.posterior, samples: sizes.max() ?? 1, share: Float(1 - 1 / weight))
        let order = Batches(data, size: max(data.count, 1), seed: seed, epoch: epoch).order
        var tally = Tally(), first = 0
        for (step, size) in sizes.enumerated() {
            let indices = Array(order[first..<first + size])
            first += size
            let values = bayesianModel.inputs(of: data.features(of: indices))
            let forgotten = min(rule.gain * Double(size) / weight, 1)
            let result = sweep.visit(
                values, bayesianModel.input.variance(of: values),
                answers(data.targets.subset(indices)), keep: Float(1 - forgotten),
                gain: Float(rule.gain))
            tally.add(result, samples: size, isLate: 4 * step >= 3 * sizes.count)
            steps += 1
            guard result.logNormalizer.isFinite else { throw diverged(epoch) }
            try hooks.project?()
            hooks.didFinishStep(step + 1, sizes.count)
            if hooks.shouldStop() {
                throw TrainingError.interrupted(epoch: epoch + 1, lastCompletedEpoch: epoch)
            }
        }
        guard sweep.isFinite else { throw diverged(epoch) }
        bayesianModel.store(sweep.posterior, seen: seenBefore + (epoch + 1) * data.count)
        var report = EpochReport(
            epoch: epoch + 1, training: tally.measures(isForClasses: isForClasses),
            seconds: (ContinuousClock.now - start) / .seconds(1), learningRate: rule.gain)
        report.warnings = warnings(tally)
        report.posteriorShares = bayesianModel.varianceShares
        return report
    }

    private var isForClasses: Bool { bayesianModel.posterior.output.isForClasses }

    /// Samples of each batch of a pass.
    private func batchSizes(seen: Int, count: Int) -> [Int] {
        var sizes: [Int] = [], done = 0
        while done < count {
            let size = min(
                rule.ramp.size(limit: rule.batchSize, seen: seen + done), count - done)
            sizes.append(size)
            done += size
        }
        return sizes
    }

    private func answers(_ targets: Targets) -> DenseSweep.Answers {
        switch bayesianModel.signature.task.trainingTargets(targets) {
        case .classes(let labels, _): .labels(labels.map { Int32($0) })
        case .values(let values, _, _): .values(values)
        case .none: .labels([])
        }
    }

    private func diverged(_ epoch: Int) -> BayesError {
        .diverged(
            epoch: epoch + 1, batchSize: rule.batchSize, gain: rule.gain, memory: rule.memory)
    }

    /// A pass whose end is worse than a guess has left what the linearisation holds for.
    private func warnings(_ tally: Tally) -> [String] {
        let classes = bayesianModel.plan.outputs
        guard isForClasses, classes > 1, tally.lateLoss > log(Double(classes)) else { return [] }
        let loss = (100 * tally.lateLoss).rounded() / 100
        return [
            "the last quarter of the pass has a loss of \(loss), more than a guess among \(classes) classes: "
                + "visits overshoot. " + BayesError.stabilityLimit
        ]
    }

    /// What is added up over a pass.
    private struct Tally {
        var logNormalizer = 0.0, right = 0, samples = 0
        var late = 0.0, lateSamples = 0

        mutating func add(
            _ result: (logNormalizer: Double, right: Int), samples count: Int, isLate: Bool
        ) {
            logNormalizer += result.logNormalizer
            right += result.right
            samples += count
            guard isLate else { return }
            late -= result.logNormalizer
            lateSamples += count
        }

        var lateLoss: Double { lateSamples > 0 ? late / Double(lateSamples) : 0 }

        func measures(isForClasses: Bool) -> [String: Double] {
            let count = Double(max(samples, 1))
            var measures = ["loss": -logNormalizer / count]
            if isForClasses { measures["accuracy"] = Double(right) / count }
            return measures
        }
    }
}
