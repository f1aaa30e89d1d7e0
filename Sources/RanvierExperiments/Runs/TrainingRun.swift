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
        var data = try configuration.dataset.load(
            from: DataPlace(
                directory: request.dataDirectory,
                folder: request.configuration.deletingLastPathComponent(),
                seed: configuration.seed))
        data.warnings += data.findings(areImages: configuration.dataset.source.hasImages)
        for note in data.notes { events.note(note) }
        for warning in data.warnings { events.warning(warning) }
        var method = try configuration.method.makeMethod(
            for: data, seed: configuration.seed, registry: parts.registry)
        // What cannot be stored is better known before the training than after it.
        _ = try ModelDescription(
            of: method.model, method: configuration.methodName, seed: configuration.seed)
        if let bytes = try method.predictPeakMemory() {
            events.note("training needs about \(NumberText.bytes(Double(bytes))) at the peak")
        }
        let directory = try openDirectory(configuration)
        var checkpoint: TrainingCheckpoint?
        if request.resume { checkpoint = try readCheckpoint(in: directory, for: &method) }
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
            throw error
        }
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
        return try RunConfiguration(
            file: request.configuration, overrides: overrides, registry: parts.registry)
    }

    // MARK: - The directory

    private func openDirectory(_ configuration: RunConfiguration) throws -> RunDirectory {
        let folder = request.folder(seed: configuration.seed)
        let text = configuration.resolved
            .prepending("version", .string(ToolVersion.current))
            .yaml(
                header: "The configuration of this run as resolved. It can be run again as it is.")
        guard request.resume else {
            return try RunDirectory.create(at: folder, overwrite: request.overwrite) {
                try $0.write(text, to: .configuration)
            }
        }
        let directory = try RunDirectory.open(folder)
        let stored = try RunConfiguration(
            file: directory.url(of: .configuration), registry: parts.registry,
            defaultName: configuration.name)
        if let key = stored.resolved.firstDifference(
            from: configuration.resolved, ignoring: ["training.epochs", "version"])
        {
            throw RunError.differs(path: folder.relativePath, key: key)
        }
        try directory.write(text, to: .configuration)
        return directory
    }

    private func readCheckpoint(
        in directory: RunDirectory, for method: inout any LearningMethod
    ) throws -> TrainingCheckpoint? {
        let file = directory.url(of: .checkpoint)
        guard FileManager.default.fileExists(atPath: file.path) else {
            events.note("no epoch was completed yet; beginning anew")
            try directory.keepMetrics(lines: 0)
            return nil
        }
        let checkpoint = try TrainingCheckpoint(contentsOf: file)
        try method.restoreModel(checkpoint.parameters)
        try directory.keepMetrics(lines: checkpoint.state?.completedEpochs ?? 0)
        events.note("going on after epoch \(checkpoint.state?.completedEpochs ?? 0)")
        return checkpoint
    }

    // MARK: - Training and measuring

    private func train(
        _ method: inout any LearningMethod, _ configuration: RunConfiguration,
        on data: DatasetConfiguration.Splits, from checkpoint: TrainingCheckpoint?,
        in directory: RunDirectory
    ) throws -> CommandOutcome {
        let observer = RunObserver(
            events: events, what: configuration.name, directory: directory)
        let state = try configuration.method.course.run(
            &method, on: data.training, validation: data.validation, from: checkpoint?.state,
            observer: observer)
        let measurement = try ModelMeasurement(
            of: method.model, as: configuration.subject(), on: data.test,
            measures: configuration.measures, training: state, samples: data.training.count,
            observer: observer)
        try TrainingCheckpoint(parameters: method.model.parameters)
            .write(to: directory.url(of: .model))
        try directory.write(
            StoredJSON.data(
                ModelDescription(
                    of: method.model, method: configuration.methodName, seed: configuration.seed),
                isPretty: true), to: .architecture)
        let network = try trainBaseline(configuration, on: data)
        let rivals = RivalMeasurement(measurement: measurement, measures: configuration.measures)
        let twin = try network.map {
            [try measurement.rival($0.result.model, answering: $0.evaluation)]
        }
        let others = try rivals.rivals(
            on: data.test, training: data.training, validation: data.validation,
            choice: configuration.baseline == nil ? .trivial : .all, seed: configuration.seed)
        let result = measurement.result(
            beside: (twin ?? []) + others, baseline: network?.result,
            warnings: data.warnings + observer.warnings)
        let told = Set(data.warnings + observer.warnings)
        for warning in result.warnings where !told.contains(warning) { events.warning(warning) }
        let content = try ReportBuilder(
            configuration: configuration, data: data, command: request.command
        ).content(
            result, measurement: measurement, model: method.model, state: state,
            diagnostics: method.diagnostics(of: state.reports, on: data.training))
        try write(content, to: directory)
        return CommandOutcome(
            text: RunSummary(result: result, directory: directory.url).text, value: result)
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
        try directory.write(content.result.json(), to: .result)
        try directory.write(StoredJSON.data(content), to: .reportContent)
        let report = HTMLReport(content, sections: parts.reportSections)
        try directory.write(report.render(), to: .report)
        for figure in report.figures {
            try directory.writeFigure(figure.chart.svg(), named: figure.name)
        }
    }
}
