import Foundation
import RanvierAnalysis
import RanvierConfiguration
import RanvierData
import RanvierFormats
import RanvierLearning
import RanvierNetworks
import RanvierRuns
import RanvierTensors

/// Gathers what is to be known of a run to say why it learned or did not: from its folder, its data, and a first step of training
/// that is taken again.
///
/// A run that failed or was stopped is looked at as far as it went.
struct EvidenceCollector {
    let folder: URL
    let registry: Registry
    let dataDirectory: String?
    /// Most samples that are looked at.
    let samples: Int
    let events: WorkEvents

    /// Everything.
    ///
    /// - Throws: `RunError`, `ConfigurationError`, `DataError`, what the method throws.
    func evidence() throws -> TrainingEvidence {
        try RunDirectory.requireRun(folder)
        let file = folder.appending(path: RunDirectory.File.configuration.rawValue)
        if let warning = StoredConfiguration.warning(of: file) { events.warning(warning) }
        let configuration = try RunConfiguration(
            file: file, registry: registry, defaultName: folder.lastPathComponent)
        var evidence = TrainingEvidence()
        evidence.settings = TrainingEvidence.settings(of: configuration.resolved)
        evidence.plannedEpochs = configuration.method.course.epochs
        evidence.reports = try StoredRun.reports(in: folder)
        let data = try configuration.dataset.load(
            from: configuration.place(dataDirectory: dataDirectory, folder: folder))
        let training = data.training.drawn(samples, seed: configuration.seed)
        let test = data.test.drawn(samples, seed: configuration.seed)
        var method = try configuration.method.makeMethod(
            for: data, seed: configuration.seed, registry: registry)
        look(at: data, sample: training, of: method.model.signature, into: &evidence)
        try look(at: method.model, into: &evidence)
        evidence.layersBefore = try method.model.evaluate(on: training).activity
        try lookAtTrained(on: training, test, into: &evidence)
        events.progress(.init(fraction: 0.7, message: "a first step of training"))
        takeStep(&method, on: data.training, seed: configuration.seed, into: &evidence)
        return evidence
    }

    // MARK: - Data

    private func look(
        at data: DatasetConfiguration.Splits, sample: Dataset, of signature: ModelSignature,
        into evidence: inout TrainingEvidence
    ) {
        evidence.classNames = data.training.classNames
        evidence.trainingCounts = data.training.classCounts
        evidence.testCounts = data.test.classCounts
        evidence.isScaled = data.scaling != nil
        let layout = SensorLayout(of: signature)
        evidence.isSequence = layout.rows > 1
        let values = sample.features(of: Array(0..<sample.count))
        guard !values.isBinary else { return }
        let numbers = values.scalars
        evidence.features = (0..<layout.channels).map { channel in
            let own = stride(from: channel, to: numbers.count, by: layout.channels)
                .map { Double(numbers[$0]) }
            let mean = own.reduce(0, +) / Double(max(own.count, 1))
            let square = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return TrainingEvidence.Feature(
                name: layout.names[channel], mean: mean,
                deviation: (square / Double(max(own.count, 1))).squareRoot(),
                lowest: own.min() ?? 0, highest: own.max() ?? 0)
        }
    }

    // MARK: - Models

    private func look(
        at model: any SpikingModel, into evidence: inout TrainingEvidence
    ) throws {
        evidence.duration = model.duration
        let content = try model.networkDescription.content
        let settings = TrainingEvidence.settings(of: content)
        for setting in settings {
            guard case .float(let seconds) = setting.value else { continue }
            if setting.key == "time-step" { evidence.timeStep = seconds }
            if setting.key.hasSuffix("time-constant") || setting.key == "maximum-delay" {
                let words = setting.path.split(separator: ".").suffix(3)
                evidence.times.append(
                    (words.joined(separator: "."), setting.key, seconds))
            }
        }
        // Neurons without a clock have time constants of another kind.
        if evidence.timeStep == nil { evidence.times = [] }
    }

    private func lookAtTrained(
        on training: Dataset, _ test: Dataset, into evidence: inout TrainingEvidence
    ) throws {
        let file = folder.appending(path: Model.descriptionFile)
        guard FileManager.default.fileExists(atPath: file.path) else {
            events.note("the run has no trained model yet; its first weights are looked at")
            return
        }
        let model = try Model.load(folder, registry: registry, warning: events.warning)
        evidence.nonFiniteWeights = model.parameters.values.reduce(0) {
            $0 + $1.scalars.count { !$0.isFinite }
        }
        guard evidence.nonFiniteWeights == 0 else { return }
        try model.requireFit(ofOwn: training, storedIn: folder)
        let trained = try model.evaluate(on: training)
        let tested = try model.evaluate(on: test)
        evidence.layersAfter = trained.activity
        evidence.training = try trained.mostImportantMeasure()
        evidence.test = try tested.mostImportantMeasure()
        let result = folder.appending(path: RunDirectory.File.result.rawValue)
        if FileManager.default.fileExists(atPath: result.path) {
            evidence.rivals = try RunResult(storedIn: result, warning: events.warning).rivals
        }
        if trained.labels.isEmpty {
            evidence.explainedVariance = trained.measures["explained-variance"]?.value
        } else {
            evidence.answerCounts = tested.predictions.reduce(
                into: [Int](repeating: 0, count: evidence.classNames.count)
            ) { $0[$1] += 1 }
        }
    }

    // MARK: - The first step

    /// Takes the first step of training on a batch, and sees how far each parameter moves.
    private func takeStep(
        _ method: inout any LearningMethod, on data: Dataset, seed: UInt64,
        into evidence: inout TrainingEvidence
    ) {
        var batchSize = 32
        if case .integer(let size)? =
            evidence.settings.first(where: { $0.key == "batch-size" })?.value
        {
            batchSize = size
        }
        evidence.stepsPerEpoch = max((data.count + batchSize - 1) / max(batchSize, 1), 1)
        let before = method.model.parameters
        nonisolated(unsafe) var gradients: [Tensor] = []
        nonisolated(unsafe) var steps = 0
        let hooks = Hooks(
            didFinishStep: { _, _ in steps += 1 },
            reduce: {
                if gradients.isEmpty { gradients = $0 }
                return $0
            })
        do {
            let batch = data.drawn(batchSize, seed: seed)
            try method.prepare(for: batch)
            let report = try method.epoch(
                0, of: max(evidence.plannedEpochs, 1), on: batch, hooks: hooks)
            // A warm-up begins with steps of no length, which say nothing.
            guard report.learningRate > 0 else { return }
        } catch {
            evidence.firstStepProblem = "\(error)"
            return
        }
        let names = (method.model as? ClockedModel)?.network.trainableParameters.map(\.name)
        let after = method.model.parameters
        for name in names ?? before.keys.sorted() {
            guard let old = before[name], let new = after[name] else { continue }
            let inputs = old.shape.dropLast().reduce(1, *)
            let usual = max(
                Self.size(old.scalars), 1 / Double(max(inputs, 1)).squareRoot())
            let change = Self.size(zip(new.scalars, old.scalars).map { $0 - $1 })
            let gradient = names?.firstIndex(of: name).flatMap { place in
                gradients.count == names?.count ? Self.size(gradients[place].scalars) : nil
            }
            evidence.firstStep.append(
                .init(
                    name: name, gradient: gradient,
                    relativeChange: change / usual / Double(max(steps, 1))))
        }
    }

    private static func size(_ values: [Float]) -> Double {
        let sum = values.reduce(0) { $0 + Double($1) * Double($1) }
        return (sum / Double(max(values.count, 1))).squareRoot()
    }
}
