import Foundation
import RanvierAnalysis
import RanvierBaselines
import RanvierConfiguration
import RanvierData
import RanvierFormats
import RanvierLearning
import RanvierNetworks
import RanvierReports
import RanvierRuns
import RanvierSpikes
import RanvierTensors

/// One `ranvier run`: trains the network and its baseline, measures both, writes the run directory.
struct TrainingRun {
    let request: RunRequest
    let parts: Parts
    let events: WorkEvents

    func perform() throws -> CommandOutcome {
        let configuration = try readConfiguration()
        guard configuration.dataset.scaling != .ofModel else {
            throw DataError(
                .invalidParameter, at: "dataset.scaling of \(request.configuration.relativePath)",
                expected: "a scaling that is fitted to the training samples", found: "of-model",
                advice:
                    "the configuration is that of a run that `ranvier adapt` made; train with that of the run that "
                    + "it came from")
        }
        var data = try configuration.dataset.load(
            from: configuration.place(
                dataDirectory: request.dataDirectory,
                folder: request.configuration.deletingLastPathComponent()))
        // Tables may hold images, and mostly do not.
        let areImages =
            configuration.dataset.source.hasImages
            && (data.training.imageShape != nil || data.training.featureNames == nil)
        data.warnings += data.findings(areImages: areImages)
        for note in data.notes { events.note(note) }
        for warning in data.warnings { events.warning(warning) }
        var method = try configuration.method.makeMethod(
            for: data, seed: configuration.seed, registry: parts.registry)
        if method.model.resolution == .nothing {
            let warning =
                "encoding '\(method.model.encoding)': all values look alike; take "
                + "more steps, or other options"
            data.warnings.append(warning)
            events.warning(warning)
        }
        events.note("samples are shown for \(method.model.presentationWithResolution)")
        try requireAccepted(data, by: method.model)
        // What cannot be stored is better known before the training than after it.
        let description = try ModelDescription(
            of: method.model, method: configuration.methodName, seed: configuration.seed)
        if let bytes = try method.predictPeakMemory() {
            events.note("training needs about \(NumberText.bytes(Double(bytes))) at the peak")
        }
        let (directory, checkpoint) = try openDirectory(
            configuration, description, for: &method)
        let index = RunRegistration(
            directory: directory, configuration: configuration, events: events)
        index.begin()
        do {
            let outcome = try train(
                &method, configuration, on: data, from: checkpoint, in: directory)
            index.end(.finished)
            return outcome
        } catch TrainingError.interrupted {
            index.end(.interrupted)
            throw InterruptedError(
                advice: "the last checkpoint is whole; go on with "
                    + "'\(resumeCommand)'")
        } catch {
            index.end(.failed)
            if checkpoint != nil {
                events.warning(
                    "the run had gone on from \(directory.url(of: .checkpoint).relativePath); if that was "
                        + "changed, begin anew with --overwrite")
            }
            throw error
        }
    }

    /// A value of any part that the code has no meaning for is better known before the training than after it.
    private func requireAccepted(
        _ data: DatasetConfiguration.Splits, by model: any SpikingModel
    ) throws {
        try model.requireAccepted(data.training, as: "training part")
        if let validation = data.validation {
            try model.requireAccepted(validation, as: "validation part")
        }
        try model.requireAccepted(data.test, as: "test part")
    }

    private var resumeCommand: String {
        var words =
            request.command.isEmpty
            ? ["ranvier", "run", request.configuration.relativePath] : request.command
        words.removeAll { $0 == "--overwrite" || $0 == "--resume" }
        return (words + ["--resume"]).joined(separator: " ")
    }

    private func readConfiguration() throws -> RunConfiguration {
        var overrides = request.overrides
        if let seed = request.seed { overrides.append(try ConfigurationOverride("seed=\(seed)")) }
        if let text = request.text {
            let name = request.configuration.deletingPathExtension().lastPathComponent
            return try RunConfiguration(
                ConfigurationReader(
                    yaml: text, file: "the configuration that is implied",
                    folder: request.configuration.deletingLastPathComponent(),
                    overrides: overrides, registry: parts.registry), defaultName: name)
        }
        return try RunConfiguration(
            file: request.configuration, overrides: overrides, registry: parts.registry)
    }

    // MARK: - The directory

    /// The run's directory, new or gone on with, and then the checkpoint that training goes on from.
    private func openDirectory(
        _ configuration: RunConfiguration, _ description: ModelDescription,
        for method: inout any LearningMethod
    ) throws -> (RunDirectory, TrainingCheckpoint?) {
        let folder = request.folder(seed: configuration.seed)
        let text = StoredConfiguration.sealed(
            configuration.resolved
                .prepending("version", .string(ToolVersion.current))
                .yaml(
                    header:
                        "The configuration of this run as resolved, with absolute paths of data.\n"
                        + "It can be run again as it is, from any folder."))
        guard request.resume else {
            let directory = try RunDirectory.create(at: folder, overwrite: request.overwrite) {
                try $0.write(text, to: .configuration)
                if let implied = request.text { try $0.write(implied, to: .implied) }
                try $0.write(StoredJSON.sealed(description, isPretty: true), to: .architecture)
            }
            return (directory, nil)
        }
        let directory = try RunDirectory.open(folder)
        // First of all: one of another version says so, where else its configuration would seem to differ.
        let checkpoint = try storedCheckpoint(in: directory)
        let file = directory.url(of: .configuration)
        if let warning = StoredConfiguration.warning(of: file) { events.warning(warning) }
        let stored = try RunConfiguration(
            file: file, registry: parts.registry,
            defaultName: configuration.name,
            pathsFrom: request.configuration.deletingLastPathComponent())
        if let key = stored.resolved.firstDifference(
            from: configuration.resolved, ignoring: ["training.epochs", "version"])
        {
            throw RunError.differs(path: folder.relativePath, key: key)
        }
        if let checkpoint {
            try goOn(from: checkpoint, in: directory, configuration.method.course, with: &method)
            let isDone = checkpoint.state.map {
                configuration.method.course.isDone(after: $0, of: method)
            }
            try requireSameData(description, in: directory, isDone: isDone ?? false)
        } else {
            events.note("no epoch was completed yet; beginning anew")
            try directory.restoreMetrics([EpochReport]())
            try directory.write(
                StoredJSON.sealed(description, isPretty: true), to: .architecture)
        }
        try directory.write(text, to: .configuration)
        return (directory, checkpoint)
    }

    /// What the run had come to; nil before its first epoch was done.
    private func storedCheckpoint(in directory: RunDirectory) throws -> TrainingCheckpoint? {
        let file = directory.url(of: .checkpoint)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        let checkpoint = try TrainingCheckpoint(contentsOf: file, warning: events.warning)
        guard let state = checkpoint.state, state.completedEpochs > 0 else {
            throw CheckpointError(
                file: file.relativePath,
                problem: .contradiction(
                    reason: "expected the state of a training of at least one epoch, found none"))
        }
        return checkpoint
    }

    /// Brings the method's parameters and state and the run's metrics to where a checkpoint is.
    private func goOn(
        from checkpoint: TrainingCheckpoint, in directory: RunDirectory, _ course: Course,
        with method: inout any LearningMethod
    ) throws {
        let file = directory.url(of: .checkpoint)
        let state = checkpoint.state ?? TrainingState()
        let (done, epochs) = (state.completedEpochs, course.epochs)
        guard done <= epochs else {
            throw RunError.beyond(path: directory.url.relativePath, done: done, asked: epochs)
        }
        do {
            try method.goOn(from: checkpoint.parameters, after: state.reports)
            try course.restore(state, into: &method)
        } catch {
            // What is told of tensors and states does not say which file they are from.
            throw CheckpointError(
                file: file.relativePath, problem: .contradiction(reason: "\(error)"))
        }
        try directory.restoreMetrics(state.reports)
        let rest = "nothing is trained, the network is measured again"
        events.note(
            done == epochs
                ? "all \(epochs) epochs are done already; \(rest)"
                : course.isDone(after: state, of: method)
                    ? "the early stop ended the run after epoch \(done) of \(epochs); \(rest)"
                    : "going on after epoch \(done)")
    }

    /// Refuses to go on with data that have changed since the run was begun: what was held out then may be learned now.
    ///
    /// - Parameter isDone: whether all epochs are done, so that the file may hold the network that has learned, with its views.
    private func requireSameData(
        _ description: ModelDescription, in directory: RunDirectory, isDone: Bool
    ) throws {
        let file = directory.url(of: .architecture)
        guard FileManager.default.fileExists(atPath: file.path) else { return }
        let begun = try ModelDescription(contentsOf: file, warning: events.warning)
        guard
            begun.scaling == description.scaling && begun.featureNames == description.featureNames
                && begun.outputNames == description.outputNames
        else {
            throw DataError(
                .wrongFormat, at: file.relativePath,
                expected: "the data that the run was begun with",
                found: "others: their columns, classes or scaling differ",
                advice: "bring the files back as they were, or begin anew with --overwrite")
        }
        var same = begun
        same.version = description.version
        if isDone {
            (same.network, same.parameters) = (description.network, description.parameters)
        }
        guard same == description else {
            throw ModelFileError(
                file: file.relativePath,
                reason:
                    "expected the model that the run's configuration makes, found another; the file "
                    + "was changed, or another version began the run: begin anew with --overwrite")
        }
    }

    // MARK: - Training and measuring

    private func train(
        _ method: inout any LearningMethod, _ configuration: RunConfiguration,
        on data: DatasetConfiguration.Splits, from checkpoint: TrainingCheckpoint?,
        in directory: RunDirectory
    ) throws -> CommandOutcome {
        let doubts = method.doubts(about: data.training)
        for doubt in doubts { events.warning(doubt) }
        let observer = RunObserver(
            events: events, what: configuration.name, directory: directory)
        let state = try configuration.method.course.run(
            &method, on: data.training, validation: data.validation, from: checkpoint?.state,
            observer: observer)
        let closing = method.closingWarnings
        for warning in closing { events.warning(warning) }
        let measurement = try ModelMeasurement(
            of: method.model, as: configuration.subject(), on: data.test,
            measures: configuration.measures, training: state, samples: data.training.count,
            observer: observer)
        try TrainingCheckpoint(parameters: method.model.parameters)
            .write(to: directory.url(of: .model))
        try directory.write(
            StoredJSON.sealed(
                ModelDescription(
                    of: method.model, method: configuration.methodName, seed: configuration.seed),
                isPretty: true), to: .architecture)
        try writeCertainty(of: method.model, on: data.validation, to: directory)
        let network = try trainBaseline(configuration, on: data)
        let rivals = RivalMeasurement(measurement: measurement, measures: configuration.measures)
        let twin = try network.map {
            [try measurement.rival($0.result.model, answering: $0.evaluation)]
        }
        let before = try method.origin
        let origin = try before.map { name, model in
            try measurement.rival(
                name, detail: "the network before compression",
                answering: model.evaluate(
                    on: data.test, measures: configuration.measures, counts: false,
                    observer: observer))
        }
        let others = try rivals.rivals(
            on: data.test, training: data.training, validation: data.validation,
            choice: configuration.baseline == nil ? .trivial : .all, seed: configuration.seed)
        let warnings =
            data.warnings + doubts + observer.warnings + closing
            + tellDoubts(measurement.evaluation, heard: observer.warnings)
        var result = measurement.result(
            beside: (origin.map { [$0] } ?? []) + (twin ?? []) + others, baseline: network?.result,
            warnings: warnings)
        if let before, result.compression != nil {
            result.compression?.origin = before.name
            // Of networks with other layers there is no distance.
            result.compression?.firingRates = try? FiringRateDistance(
                from: before.model, to: method.model, on: data.test)
        }
        let told = Set(warnings)
        for warning in result.warnings where !told.contains(warning) { events.warning(warning) }
        let content = try ReportBuilder(
            configuration: configuration, data: data, command: request.command
        ).content(
            result, measurement: measurement, model: method.model, state: state,
            diagnostics: (result.compression.map { [$0.diagnostic] } ?? [])
                + method.diagnostics(of: state.reports, on: data.training))
        try write(content, to: directory)
        return CommandOutcome(
            text: RunSummary(result: result, directory: directory.url).text, value: result)
    }

    /// Stores how sure the model is of its answers to validation samples, from which `predict --error` chooses a threshold.
    private func writeCertainty(
        of model: any SpikingModel, on validation: Dataset?, to directory: RunDirectory
    ) throws {
        guard let validation, !validation.labels.isEmpty else { return }
        let answers = try model.evaluate(on: validation, counts: false)
        guard let predictions = try answers.labeledPredictions else { return }
        let selection = SelectivePrediction(
            confidences: predictions.probabilities.map { $0.reduce(0, max) },
            correct: zip(predictions.predictions, predictions.labels).map { $0 == $1 })
        try directory.write(StoredJSON.sealed(selection, format: 1), to: .certainty)
    }

    /// Layers that are silent or saturated at the end, but for those of which the training told already.
    private func tellDoubts(_ evaluation: Evaluation, heard: [String]) -> [String] {
        func start(_ warning: String) -> Substring {
            warning.range(of: "' is ").map { warning[..<$0.lowerBound] } ?? warning[...]
        }
        let known = Set(heard.map(start))
        let doubts = evaluation.doubts.filter { !known.contains(start($0)) }
        for doubt in doubts { events.warning(doubt) }
        return doubts
    }

    /// The baseline, measured; nil where there is none to a network of this kind.
    private func trainBaseline(
        _ configuration: RunConfiguration, on data: DatasetConfiguration.Splits
    ) throws -> ModelMeasurement? {
        guard let kind = configuration.baseline else { return nil }
        guard
            let made = try kind.payload.make(
                configuration.method, data, configuration.seed, parts.registry)
        else {
            if configuration.method.family == .spiking {
                events.warning(
                    "baseline '\(kind.name)': the method '\(configuration.methodName)' has none; "
                        + "nothing is trained beside the network")
            }
            return nil
        }
        var method = made.method
        let observer = RunObserver(
            events: events, what: "\(configuration.name) (\(kind.name))", directory: nil)
        let state = try made.course.run(
            &method, on: data.training, validation: data.validation, observer: observer)
        return try ModelMeasurement(
            of: method.model, as: configuration.subject(method: type(of: method).name),
            on: data.test, measures: configuration.measures, training: state,
            samples: data.training.count, observer: observer)
    }

    private func write(_ content: ReportContent, to directory: RunDirectory) throws {
        try directory.write(content.result.sealedJSON(), to: .result)
        try directory.write(content.sealedJSON(), to: .reportContent)
        let report = HTMLReport(content, sections: parts.reportSections)
        try directory.write(report.render(), to: .report)
        for figure in report.figures {
            try directory.writeFigure(figure.chart.svg(), named: figure.name)
        }
    }
}
