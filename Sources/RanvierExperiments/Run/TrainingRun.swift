import Foundation
import RanvierAnalysis
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierReports
import RanvierRuns
import RanvierSpikes
import RanvierTensors

/// One `ranvier run`: trains the network and its baseline, measures both, writes the run directory.
struct TrainingRun {
    let request: RunRequest
    let events: WorkEvents

    func perform() throws -> CommandOutcome {
        if let threads = request.threads { Parallel.threads = threads }
        let configuration = try readConfiguration()
        let experiment = try Experiment(
            configuration, dataDirectory: request.dataDirectory,
            folder: request.configuration.deletingLastPathComponent())
        var method = try experiment.makeMethod()
        if let bytes = try method.predictPeakMemory() {
            events.note("training needs about \(NumberText.bytes(Double(bytes))) at the peak")
        }
        let directory = try openDirectory(configuration)
        var checkpoint: TrainingCheckpoint?
        if request.resume { checkpoint = try readCheckpoint(in: directory, for: method.model) }
        let index = RunRegistration(
            directory: directory, configuration: configuration, events: events)
        index.begin()
        do {
            let outcome = try train(
                &method, experiment: experiment, from: checkpoint, in: directory)
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

    private func readConfiguration() throws -> ExperimentConfiguration {
        var overrides = request.overrides
        if let seed = request.seed { overrides.append(try ConfigurationOverride("seed=\(seed)")) }
        let reader = try ConfigurationReader(file: request.configuration, overrides: overrides)
        return try ExperimentConfiguration(
            reader,
            defaultName: request.configuration.deletingPathExtension().lastPathComponent)
    }

    // MARK: - The directory

    private func openDirectory(_ configuration: ExperimentConfiguration) throws -> RunDirectory {
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
        let stored = try ExperimentConfiguration(
            ConfigurationReader(file: directory.url(of: .configuration)),
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
        in directory: RunDirectory, for model: any SpikingModel
    ) throws -> TrainingCheckpoint? {
        let file = directory.url(of: .checkpoint)
        guard FileManager.default.fileExists(atPath: file.path) else {
            events.note("no epoch was completed yet; beginning anew")
            try directory.keepMetrics(lines: 0)
            return nil
        }
        let checkpoint = try TrainingCheckpoint(contentsOf: file)
        try model.restore(checkpoint.parameters)
        try directory.keepMetrics(lines: checkpoint.state?.completedEpochs ?? 0)
        events.note("going on after epoch \(checkpoint.state?.completedEpochs ?? 0)")
        return checkpoint
    }

    // MARK: - Training and measuring

    private func train(
        _ method: inout some LearningMethod, experiment: Experiment,
        from checkpoint: TrainingCheckpoint?, in directory: RunDirectory
    ) throws -> CommandOutcome {
        let configuration = experiment.configuration
        let observer = RunObserver(
            events: events, what: configuration.name, directory: directory)
        let state = try method.train(
            on: experiment.data.training, validation: experiment.data.validation,
            from: checkpoint?.state, observer: observer)
        let measurement = try Measurement(
            method.model, experiment: experiment, state: state, observer: observer)
        try TrainingCheckpoint(parameters: method.model.parameters)
            .write(to: directory.url(of: .model))
        try directory.write(
            ModelDescription(experiment: experiment, model: method.model).json(),
            to: .architecture)
        var result = measurement.result
        if configuration.model == .spiking, configuration.baseline == .ann {
            result.baseline = try trainBaseline(experiment.annTwin)
        }
        let content = try ReportBuilder(
            experiment: experiment, command: request.command, warnings: observer.warnings
        ).content(result, measurement: measurement, model: method.model, state: state)
        try write(content, to: directory)
        return CommandOutcome(
            text: RunSummary(content: content, directory: directory.url).text, value: result)
    }

    private func trainBaseline(_ experiment: Experiment) throws -> RunResult {
        var method = try experiment.makeMethod()
        let observer = RunObserver(
            events: events, what: "\(experiment.configuration.name) (ann)", directory: nil)
        let state = try method.train(
            on: experiment.data.training, validation: experiment.data.validation, from: nil,
            observer: observer)
        return try Measurement(
            method.model, experiment: experiment, state: state, observer: observer
        ).result
    }

    private func write(_ content: ReportContent, to directory: RunDirectory) throws {
        try directory.write(content.result.json(), to: .result)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try directory.write(encoder.encode(content), to: .reportContent)
        let report = HTMLReport(content)
        try directory.write(report.render(), to: .report)
        for figure in report.figures {
            try directory.writeFigure(figure.chart.svg(), named: figure.name)
        }
    }
}
