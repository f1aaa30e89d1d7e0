import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks

/// A trained model held against the one ruler: what `result.json` and the report tell of it.
public struct ModelMeasurement: Sendable {
    /// What a result is of.
    public struct Subject: Sendable {
        /// How the network learned.
        public var method: String
        /// Name of the data set.
        public var dataset: String
        /// Seed of all random numbers.
        public var seed: UInt64
        /// Name of the run.
        public var name: String

        /// What a result is of.
        public init(method: String, dataset: String, seed: UInt64, name: String) {
            self.method = method
            self.dataset = dataset
            self.seed = seed
            self.name = name
        }
    }

    /// What the model did on the test samples.
    public let evaluation: Evaluation
    /// All numbers.
    public let result: RunResult
    /// Which classes were taken for which; nil where samples have none.
    public let confusion: ConfusionMatrix?
    /// Confidence against accuracy; nil where samples have no classes.
    public let reliability: ReliabilityBins?

    /// Unit energies of all estimates.
    public static let energyTable = EnergyTable.horowitz2014

    /// Measures a model on test samples.
    ///
    /// - Parameters:
    ///   - measures: what is measured besides what the task asks for.
    ///   - samples: training samples, for the speed of training.
    /// - Throws: what the model throws; `AnalysisError`; `TrainingError` after an interrupt.
    public init(
        of model: any SpikingModel, as subject: Subject, on test: Dataset,
        measures: [any EvaluationMeasure] = [], training state: TrainingState, samples: Int,
        observer: any TrainingObserver = SilentObserver()
    ) throws {
        evaluation = try model.evaluate(on: test, measures: measures, observer: observer)
        let predictions = try evaluation.labeledPredictions
        confusion = try predictions?.confusionMatrix
        reliability = predictions?.reliabilityBins(count: 15)
        let counts = Self.counts(evaluation, samples: test.count)
        let storage = model.storage, assumptions = EnergyAssumptions(of: storage)
        let seconds = state.reports.reduce(0) { $0 + $1.seconds }
        let seen = Double(state.completedEpochs * samples)
        var result = RunResult(
            method: subject.method, dataset: subject.dataset, seed: subject.seed,
            version: ToolVersion.current, model: model.family.rawValue, name: subject.name,
            test: .init(
                accuracy: predictions == nil ? nil : evaluation.accuracy, loss: evaluation.loss,
                samples: test.count),
            training: .init(
                epochs: state.completedEpochs, seconds: seconds,
                samplesPerSecond: seconds > 0 ? seen / seconds : 0),
            activity: .init(
                spikesPerSample: evaluation.spikesPerSample,
                layers: evaluation.activity.map { .init(name: $0.name, rate: $0.rate) }),
            operations: .init(
                counts,
                layers: evaluation.layerOperations.map {
                    LayerOperationsRecord($0, samples: test.count)
                }),
            energy: .init(
                EnergyEstimate(of: counts, table: Self.energyTable, assuming: assumptions)),
            memory: .init(
                weightBytes: storage.reduce(0) { $0 + $1.bytes },
                stateBytes: Self.stateBytes(model, evaluation),
                peakResidentBytes: ProcessMemory.peakResidentBytes),
            latency: .init(secondsPerSample: try model.secondsPerSample(on: test)),
            calibration: predictions?.calibration(), measures: evaluation.measures)
        result.breakEven = try Self.breakEven(
            model, on: test, evaluation, updates: counts.neuronUpdates, assuming: assumptions)
        result.compression = CompressionRecord(of: storage)
        result.classes = confusion?.scores(names: evaluation.classNames) ?? []
        result.headline = model.signature.task.headline(
            evaluation.measures, samples: test.count)
        self.result = result
    }

    /// The result beside what the network must beat, with the verdict in its headline and among its warnings.
    ///
    /// - Parameter rivals: in the order of the table.
    public func result(
        beside rivals: [RivalResult], baseline: RunResult? = nil, warnings: [String] = []
    ) -> RunResult {
        var result = result
        result.rivals = rivals
        result.baseline = baseline
        let verdict = RunVerdict(result, achieved: result.headline)
        result.headline = verdict.headline
        result.warnings = warnings + verdict.warnings
        return result
    }

    /// An entry of the list of rivals for other answers to the same samples.
    public func rival(
        _ name: String, detail: String = "", answering other: Evaluation
    ) throws -> RivalResult {
        RivalResult(
            name: name, detail: detail, measures: other.measures,
            differences: try evaluation.differences(from: other))
    }

    /// Against an artificial network of the same shape.
    private static func breakEven(
        _ model: any SpikingModel, on test: Dataset, _ evaluation: Evaluation, updates: Double,
        assuming assumptions: EnergyAssumptions
    ) throws -> BreakEven? {
        guard test.count > 0 else { return nil }
        let batch = Batches(try model.prepared(test.prefix(1)), size: 1)[0]
        return try model.connectionLoad(of: batch).flatMap { load in
            BreakEven(
                of: load, operations: evaluation.operations, samples: test.count,
                neurons: evaluation.activity.reduce(0) { $0 + $1.neurons }, updates: updates,
                table: energyTable, assuming: assumptions)
        }
    }

    /// Operations for one sample. A neuron is updated once per step.
    private static func counts(_ evaluation: Evaluation, samples: Int) -> SampleOperations {
        SampleOperations(
            evaluation.operations, samples: samples,
            neuronUpdates: evaluation.activity.reduce(0.0) { $0 + Double($1.neurons * $1.steps) })
    }

    /// One float per membrane, and two buffers of one bit per spiking neuron.
    private static func stateBytes(_ model: any SpikingModel, _ evaluation: Evaluation) -> Int {
        let spiking = evaluation.activity.reduce(0) { $0 + $1.neurons }
        let membranes = StateMemory(neurons: model.stateCount, spikeBuffers: 0)
        let spikes = StateMemory(neurons: spiking, membraneBits: 0, spikeBuffers: 2)
        return membranes.bytes + spikes.bytes
    }
}
