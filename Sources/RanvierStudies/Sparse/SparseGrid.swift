import Foundation
import RanvierAnalysis
import RanvierCompression
import RanvierConfiguration
import RanvierData
import RanvierFormats
import RanvierLearning
import RanvierNetworks
import RanvierRuns
import RanvierSurrogate
import RanvierTensors

/// The networks of a setting for one seed: trained, measured and stored one by one, so that a study that was stopped goes on.
struct SparseGrid {
    /// A network at a moment that others begin with.
    struct Snapshot {
        /// Numbers and masks.
        var parameters: [String: Tensor]

        /// The mask of a parameter; nil where it has none.
        func mask(of name: String) -> Tensor? { parameters["\(name)/\(Mask.kind)/alive"] }
    }

    /// A course after an epoch.
    struct Moment {
        /// Epochs that are done.
        let epochs: Int
        /// The leg of the last one, from 0.
        let leg: Int
        /// Whether it is over.
        let isEndOfLeg: Bool
        /// The model as it is.
        let model: any SpikingModel
        /// All that was reported.
        let state: TrainingState
    }

    let setting: SparseSetting
    let seed: UInt64
    let registry: Registry
    let context: StudyContext
    let procedure: Procedure
    private let trainer: any MethodConfiguration
    let data: DatasetConfiguration.Splits
    let validation: Dataset
    private let name: String

    init(_ setting: SparseSetting, seed: UInt64, registry: Registry, context: StudyContext) throws {
        self.setting = setting
        self.seed = seed
        self.registry = registry
        self.context = context
        let reader = try ConfigurationReader(
            yaml: setting.configuration + "\n", file: "sparse/\(setting.name)", registry: registry)
        let dataset = try DatasetConfiguration(reader.section("dataset"))
        let kind = try registry.kind("surrogate", of: MethodRole.self)
        trainer = try kind.payload.configuration(reader.root)
        try reader.finish()
        // Tables of a setting lie among the larger sets.
        let folder = try? DataDirectory.locate(explicit: context.dataDirectory).url
        data = try dataset.load(
            from: DataPlace(
                directory: context.dataDirectory, folder: folder ?? URL(filePath: "."), seed: seed,
                acceptedRange: trainer.acceptedRange))
        guard let validation = data.validation else {
            preconditionFailure("settings hold samples out")
        }
        self.validation = validation
        name = dataset.name
        procedure = Procedure(
            folder: context.cache?.appending(
                path: "sparse-\(setting.name)\(context.isQuick ? "-quick" : "")-\(seed)"),
            warning: context.events.warning)
    }

    // MARK: - A course

    /// The method that trains, with a network of this seed.
    func method(seed: UInt64? = nil) throws -> any GradientMethod {
        let made = try trainer.makeMethod(for: data, seed: seed ?? self.seed, registry: registry)
        guard let gradient = made as? any GradientMethod else {
            preconditionFailure("settings are trained by gradients")
        }
        return gradient
    }

    /// Trains through phases and measures the end.
    ///
    /// - Parameters:
    ///   - start: what the network begins with.
    ///   - heard: hears of each epoch, with the model as it is then.
    func outcome(
        _ kind: SparseOutcome.Kind, _ phases: [any CompressionPhase],
        start: ((any GradientMethod) throws -> Void)? = nil, dense: (any SpikingModel)?,
        heard: ((SparseGrid.Moment) throws -> Void)? = nil
    ) throws -> SparseOutcome {
        let (model, state) = try trained(phases, start: start, heard: heard)
        return try measured(kind, model, state, dense: dense)
    }

    /// Trains through phases.
    func trained(
        _ phases: [any CompressionPhase], start: ((any GradientMethod) throws -> Void)? = nil,
        heard: ((SparseGrid.Moment) throws -> Void)? = nil
    ) throws -> (model: any SpikingModel, state: TrainingState) {
        let gradient = try method()
        try start?(gradient)
        var method = try CompressionMethod(
            gradient, phases: phases, epochs: setting.epochs, seed: seed, registry: registry)
        // Networks are shared by all copies of a method.
        let observer = MomentObserver(model: method.model, events: context.events, heard: heard)
        let state = try Course(epochs: method.epochs).run(
            &method, on: data.training, validation: validation, observer: observer)
        return (method.model, state)
    }

    /// Measures a network on validation and, once, on test samples.
    func measured(
        _ kind: SparseOutcome.Kind, _ model: any SpikingModel, _ state: TrainingState,
        dense: (any SpikingModel)?
    ) throws -> SparseOutcome {
        let held = try model.evaluate(on: validation, counts: false, intervals: false)
        let result = try ModelMeasurement(
            of: model,
            as: .init(
                method: CompressionMethod.name, dataset: name, seed: seed, name: setting.name),
            on: data.test, training: state, samples: data.training.count
        ).result
        let storage = model.storage
        let connections = storage.filter { $0.connections != nil }
        let all = connections.reduce(0) { $0 + ($1.connections?.all ?? 0) }
        let living = connections.reduce(0) { $0 + ($1.connections?.living ?? 0) }
        return SparseOutcome(
            kind: kind, sparsity: 1 - Double(living) / Double(max(all, 1)),
            bits: connections.map(\.bits).max() ?? 32, validation: held.accuracy,
            test: result.test.accuracy ?? .nan, weightBytes: result.memory.weightBytes,
            update: UpdateSize(of: storage),
            rateDistance: try dense.map {
                try FiringRateDistance(from: $0, to: model, on: validation).mean
            }, spikes: result.activity.spikesPerSample,
            operations: result.operations.synaptic + result.operations.multiplyAccumulate,
            picojoules: result.energy.actualWidthPicojoules,
            picojoulesWithMemory: result.energy.withMemoryPicojoules,
            similarity: try dense.map { try similarity(of: model, to: $0) } ?? [],
            epochs: state.completedEpochs,
            seconds: state.reports.reduce(0) { $0 + $1.seconds })
    }

    /// Similarity of each layer to the same layer of the dense network.
    private func similarity(
        of model: any SpikingModel, to dense: any SpikingModel
    ) throws -> [Double] {
        let comparison = RepresentationComparison(batchSize: 512, batches: 1)
        let outcome = try comparison.run([
            .init(name: "dense", model: dense, data: validation),
            .init(name: "other", model: model, data: validation),
        ])
        return LayerCurve(matching: outcome.map(0, 1)).values
    }

    /// Share of validation samples that are answered rightly.
    func accuracy(of model: any SpikingModel) throws -> Double {
        try model.evaluate(on: validation, counts: false, intervals: false).accuracy
    }

    /// The samples that decide nothing.
    var test: Dataset { data.test }
    /// The samples that networks learn from.
    var training: Dataset { data.training }

    /// Training samples to measure a network on.
    func calibration(samples: Int) -> Dataset { data.training.prefix(samples) }

    /// Length of a step of the optimiser, as the setting says.
    var learningRate: Float {
        get throws { (try method() as? SurrogateGradient)?.optimizer.learningRate ?? 1e-3 }
    }

    /// The cost of an epoch by steps, measured: one epoch with all of them, one with half, each after one that warms up.
    func searchCost() throws -> SearchCost {
        var gradient = try method()
        let all = gradient.steps ?? 1, few = max(all / 2, 1)
        try gradient.prepare(for: data.training)
        func seconds(_ steps: Int) throws -> Double {
            try gradient.show(steps: steps, registry: registry)
            let epochs = try (0..<3).map {
                try gradient.epoch($0, in: 0..<3, on: data.training, hooks: Hooks()).seconds
            }
            return epochs.dropFirst().min() ?? .nan
        }
        return SearchCost(
            seconds: try seconds(all), steps: all, secondsOfFewer: try seconds(few), fewer: few)
            ?? SearchCost(constant: 0)
    }

    // MARK: - Snapshots

    /// The model of a network of this setting with stored numbers; masks as views.
    func model(of snapshot: Snapshot) throws -> any SpikingModel {
        let gradient = try method()
        try take(snapshot, into: gradient)
        return gradient.model
    }

    /// Gives a network numbers and masks.
    func take(_ snapshot: Snapshot, into method: any GradientMethod) throws {
        for parameter in method.layerParameters {
            if let mask = snapshot.mask(of: parameter.name) { parameter.mask = Mask(mask) }
            if let value = snapshot.parameters[parameter.name] { parameter.value = value }
        }
    }

    /// Stores what others begin with.
    func store(_ parameters: [String: Tensor], as name: String) throws {
        guard let folder = procedure.folder else { return }
        try Folder.make(folder)
        try TrainingCheckpoint(parameters: parameters).write(
            to: folder.appending(path: "\(name).safetensors"))
    }

    /// What was stored.
    func snapshot(_ name: String) throws -> Snapshot? {
        guard let folder = procedure.folder else { return nil }
        let file = folder.appending(path: "\(name).safetensors")
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        return Snapshot(
            parameters: try TrainingCheckpoint(
                contentsOf: file, warning: context.events.warning
            ).parameters)
    }
}

/// Hears of epochs, and stops when the study is to stop.
private struct MomentObserver: TrainingObserver {
    let model: any SpikingModel
    let events: WorkEvents
    let heard: ((SparseGrid.Moment) throws -> Void)?

    var shouldStop: Bool { events.cancellation.isRequested }

    func didFinish(
        _ report: EpochReport, state: TrainingState, parameters: [String: Tensor]
    ) throws {
        guard let heard, case .boolean(let isOver)? = report.records["legIsOver"],
            case .integer(let leg)? = report.records["leg"]
        else { return }
        try heard(
            .init(
                epochs: report.epoch, leg: leg - 1, isEndOfLeg: isOver, model: model, state: state))
    }
}
