import Foundation
import RanvierAnalysis
import RanvierConfiguration
import RanvierData
import RanvierFormats
import RanvierLearning
import RanvierNetworks
import RanvierRuns

/// A finished run as its directory tells it: the model, and how it came about. Its data are only read when they are asked for.
public struct StoredRun {
    /// Where it lies.
    public let folder: URL
    /// The trained model.
    public let model: any SpikingModel
    /// The configuration as it was resolved.
    public let configuration: RunConfiguration
    /// How training went.
    public let state: TrainingState
    /// Training samples it saw, as far as its result tells.
    public let trainingSamples: Int
    private let registry: Registry

    /// Opens a run directory.
    ///
    /// - Parameter warning: hears of files that are taken although they have no checksum or were changed; standard error, if left
    ///   out.
    /// - Throws: `RunError`, `ConfigurationError`, `ModelFileError`, `CheckpointError`, `StoredFileError`.
    public init(
        _ folder: URL, registry: Registry,
        warning: StoredFileWarning = StoredFileWarnings.standardError
    ) throws {
        try RunDirectory.requireRun(folder)
        self.folder = folder
        self.registry = registry
        let opened = try Model.open(folder, registry: registry, warning: warning)
        model = opened.model
        let file = folder.appending(path: RunDirectory.File.configuration.rawValue)
        if let text = StoredConfiguration.warning(of: file) { warning(text) }
        configuration = try RunConfiguration(
            file: file, registry: registry, defaultName: folder.lastPathComponent)
        Self.compare(opened.description, with: configuration, in: folder, warning: warning)
        var state = TrainingState()
        state.reports = try Self.reports(in: folder)
        self.state = state
        let resultFile = folder.appending(path: RunDirectory.File.result.rawValue)
        let result =
            FileManager.default.fileExists(atPath: resultFile.path)
            ? try RunResult(storedIn: resultFile, warning: warning) : nil
        let training = result?.training
        let samples =
            training.map { $0.samplesPerSecond * $0.seconds / Double(max($0.epochs, 1)) } ?? 0
        trainingSamples = samples.isFinite ? Int(min(samples, 1e15).rounded()) : 0
    }

    /// The reports of a run's epochs.
    ///
    /// - Throws: `RunError.damaged` that names file and line.
    static func reports(in folder: URL) throws(RunError) -> [EpochReport] {
        var reports: [EpochReport] = []
        for (index, line) in RunDirectory.metricsLines(in: folder).enumerated() {
            func damaged(_ found: String) -> RunError {
                RunError.damaged(
                    path: folder.appending(path: RunDirectory.File.metrics.rawValue).relativePath,
                    reason:
                        "line \(index + 1): expected the report of epoch \(index + 1) as JSON, found "
                        + "\(found); run again with --overwrite")
            }
            do {
                reports.append(try StoredJSON.value(from: Data(line.utf8)))
            } catch {
                throw damaged("something else (\(StoredJSON.problem(error)))")
            }
            guard reports[index].epoch == index + 1 else {
                throw damaged("that of epoch \(reports[index].epoch)")
            }
        }
        return reports
    }

    /// Tells where model and configuration of a run say different things of it.
    private static func compare(
        _ description: ModelDescription, with configuration: RunConfiguration, in folder: URL,
        warning: StoredFileWarning
    ) {
        let file = folder.appending(path: Model.descriptionFile).relativePath
        for (key, stated, configured) in [
            ("method", description.method, configuration.methodName),
            ("seed", "\(description.seed)", "\(configuration.seed)"),
        ] where stated != configured {
            warning(
                "\(file): '\(key)' is \(stated), and \(configured) in the run's config.yaml: one of them was "
                    + "changed")
        }
    }

    /// The name in tables: `digits-0 (surrogate, snn)`.
    var title: String {
        "\(folder.lastPathComponent) (\(configuration.methodName), \(model.family.rawValue))"
    }

    /// Samples to measure on, as the model takes them.
    ///
    /// - Parameters:
    ///   - choice: a data set by name, or a labelled CSV file; nil for the run's own test part.
    ///   - dataDirectory: where larger sets are looked for.
    ///   - events: hears of columns that are not used.
    /// - Throws: `DataError`, `ConfigurationError`; `TrainingError.mismatch` where the samples do not fit the model;
    ///   `ModelFileError` where the run's own do not.
    func testData(
        _ choice: String?, dataDirectory: String?, events: WorkEvents
    ) throws -> Dataset {
        guard let choice, choice != configuration.dataset.name else {
            let splits = try ownData(dataDirectory: dataDirectory)
            for warning in splits.warnings { events.warning(warning) }
            return splits.test
        }
        let url = URL(filePath: choice)
        if FileManager.default.fileExists(atPath: url.path) {
            let data = try DataError.blamingFile { try labeledTable(url, events: events) }
            warnOfClipping(data, events)
            return try model.signature.prepared(data)
        }
        let names = registry.names(DataSourceRole.self)
        guard names.contains(choice) else {
            throw DataError(
                .missing, at: choice,
                expected: "a file, or one of \(names.joined(separator: ", "))",
                found: "neither",
                advice: NearestName.of(choice, among: names).map { "did you mean '\($0)'?" }
                    ?? "check the path")
        }
        // The model scales as it learned, not as another set would have it; keys of the run's own source are not its.
        var entries = [ConfigurationValue.Entry("name", .string(choice))]
        for key in ["images", "event-camera"] {
            if let value = configuration.resolved["dataset"]?[key], value != .null {
                entries.append(.init(key, value))
            }
        }
        let other = try RunConfiguration(
            file: folder.appending(path: RunDirectory.File.configuration.rawValue),
            overrides: [
                ConfigurationOverride(
                    path: ["dataset"], yaml: StoredJSON.text(ConfigurationValue.section(entries)))
            ], registry: registry, defaultName: configuration.name)
        let place = configuration.place(dataDirectory: dataDirectory, folder: folder)
        let data = try other.dataset.load(from: place).test
        warnOfClipping(data, events)
        return try model.signature.prepared(data)
    }

    /// Values outside the range that the model was scaled to are clipped, which is told.
    private func warnOfClipping(_ data: Dataset, _ events: WorkEvents) {
        let shaped = (try? data.reshaped(to: model.signature.inputShape)) ?? data
        let warning = model.signature.scaling?.clippingWarning(of: shaped, part: "samples")
        if let warning { events.warning(warning) }
    }

    /// How sure the model was of its answers to the validation samples, and which were right.
    ///
    /// - Throws: `RunError` where the run had none; `StoredFileError`.
    func selectivePrediction(events: WorkEvents) throws -> SelectivePrediction {
        let file = folder.appending(path: RunDirectory.File.certainty.rawValue)
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw RunError.damaged(
                path: folder.relativePath,
                reason:
                    "a threshold for a rate of errors is chosen on validation samples, and the run "
                    + "had none, or no classes; train with `dataset.validation-fraction: 0.2`, or set "
                    + "--least-confidence")
        }
        return try StoredJSON.value(storedIn: file, format: 1, warning: events.warning)
    }
}
