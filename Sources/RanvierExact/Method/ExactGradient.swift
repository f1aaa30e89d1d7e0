import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// Learning by the exact gradient of spike times: layered theta networks, classes named by the first
/// spike, AdaBelief.
///
/// Weights may be seen through masks and quantisers: the network spikes with what is seen, the gradient goes back through the
/// views, and AdaBelief moves what is stored. Views that are put on the parameters of ``model`` between epochs hold from the
/// next on.
///
/// Source: Klos & Memmesheimer, arXiv:2309.14523.
public struct ExactGradient: GradientMethod {
    /// `exact`.
    public static let name = "exact"
    /// The model that is trained.
    public private(set) var thetaModel: ThetaModel
    /// Batches, learning rate, changes of presentations.
    public var schedule: ThetaSchedule
    /// The learning rate that the method was made with.
    private let firstLearningRate: Double
    private var trainer: ThetaTrainer<Float>
    /// The samples of the course, as spike times.
    private var samples: ThetaBatch?

    /// Trains a model by a schedule, whose number of epochs the course decides.
    public init(_ model: ThetaModel, schedule: ThetaSchedule) throws {
        thetaModel = model
        self.schedule = schedule
        firstLearningRate = schedule.learningRate
        trainer = try ThetaTrainer(model.storedNetwork, learningRate: schedule.learningRate)
        try takeModel()
    }

    /// Lets the trainer go on from the numbers of the model through its views, either of which may have changed: by pruning
    /// between epochs, for example.
    private mutating func takeModel() throws {
        trainer.take(thetaModel.storedNetwork, through: try thetaModel.ownLens())
    }

    /// The model that is trained.
    public var model: any SpikingModel { thetaModel }

    /// Takes over stored weights and phases.
    public mutating func restoreModel(_ parameters: [String: Tensor]) throws {
        try thetaModel.restore(parameters)
        try takeModel()
    }

    /// Those of the network.
    public var layerParameters: [Parameter] { thetaModel.layerParameters }

    /// New means of AdaBelief.
    public mutating func restart(learningRate: Float?) throws {
        schedule.learningRate = learningRate.map(Double.init) ?? firstLearningRate
        trainer = try ThetaTrainer(
            thetaModel.storedNetwork, learningRate: schedule.learningRate)
        try takeModel()
    }

    /// The means of AdaBelief, and its steps.
    public var state: (tensors: [String: Tensor], steps: Int) {
        let state = trainer.optimizerState
        return (state.tensors, state.stepCount)
    }

    /// Takes over the state of an optimiser.
    public mutating func restore(state: [String: Tensor], steps: Int) throws {
        try trainer.restore(state, stepCount: steps)
    }

    /// First spikes of the same neurons after every epoch: of all outputs, and of some of each hidden layer.
    public func requireFit(of reports: [EpochReport]) throws {
        let sizes = Array(thetaModel.network.sizes.dropFirst())
        var shown: [Int]?
        for report in reports {
            for record in report.spikeTimes {
                let counts = record.layers.map(\.count)
                let areThere =
                    counts.count == sizes.count && counts.last == sizes.last
                    && zip(counts, sizes).allSatisfy { $0 <= $1 }
                guard areThere, counts == shown ?? counts else {
                    throw TrainingStateError(
                        expected:
                            "first spikes of at most \(shown ?? sizes) neurons in the report of epoch "
                            + "\(report.epoch), as before", found: "\(counts)")
                }
                shown = counts
            }
        }
    }

    /// Turns all samples into spike times once.
    public mutating func prepare(for data: Dataset) throws {
        try thetaModel.signature.task.requireFit(of: data)
        samples = try thetaModel.batch(
            values: data.values, labels: data.labels, count: data.count)
    }

    /// One pass over the samples in an order of its own.
    public mutating func epoch(
        _ epoch: Int, in part: Range<Int>, on data: Dataset, hooks: Hooks
    ) throws -> EpochReport {
        if samples == nil { try prepare(for: data) }
        guard let samples else { throw ExactError.emptyBatch }
        try takeModel()
        schedule.epochs = part.count
        let followed = data.subset([0])
        var spikeTimes: [SpikeTimeRecord] = []
        if epoch == 0 {
            spikeTimes.append(try thetaModel.firstSpikes(of: followed, afterEpoch: 0))
        }
        let start = ContinuousClock.now
        let steps = (samples.count + schedule.batchSize - 1) / schedule.batchSize
        let reduce = hooks.reduce.map { reduce in
            { (gradient: [Float]) throws -> [Float] in
                let reduced = try reduce([Tensor(gradient, shape: [gradient.count])])
                return reduced[0].scalars
            }
        }
        let summary = try trainer.trainEpoch(
            epoch, from: part.lowerBound, on: samples, schedule: schedule, reduce: reduce
        ) { step in
            try hooks.project?()
            hooks.didFinishStep(step, steps)
            if hooks.shouldStop() {
                throw TrainingError.interrupted(epoch: epoch + 1, lastCompletedEpoch: epoch)
            }
        }
        thetaModel.store(trainer.network)
        var report = EpochReport(
            epoch: epoch + 1, training: ["loss": summary.loss, "accuracy": summary.accuracy],
            seconds: (ContinuousClock.now - start) / .seconds(1),
            learningRate: schedule.learningRate(atEpoch: Double(epoch - part.lowerBound)))
        spikeTimes.append(try thetaModel.firstSpikes(of: followed, afterEpoch: epoch + 1))
        report.spikeTimes = spikeTimes
        return report
    }

    /// How the first spikes of the first training sample moved.
    public func diagnostics(of reports: [EpochReport], on data: Dataset) -> [Diagnostic] {
        guard let label = data.labels.first else { return [] }
        let course = SpikeTimeCourse(
            sample: "training sample 0", label: label, className: data.classNames[label],
            trial: thetaModel.duration, records: reports.flatMap(\.spikeTimes))
        return course.diagnostic.map { [$0] } ?? []
    }
}
