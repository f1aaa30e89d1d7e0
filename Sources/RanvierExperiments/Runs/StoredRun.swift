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
    /// - Throws: `RunError`, `ConfigurationError`, `ModelFileError`, `CheckpointError`, `NetworkError`.
    public init(_ folder: URL, registry: Registry) throws {
        try RunDirectory.requireRun(folder)
        self.folder = folder
        self.registry = registry
        model = try Model.load(folder, registry: registry)
        configuration = try RunConfiguration(
            file: folder.appending(path: RunDirectory.File.configuration.rawValue),
            registry: registry, defaultName: folder.lastPathComponent)
        var state = TrainingState()
        for (index, line) in RunDirectory.metricsLines(in: folder).enumerated() {
            do {
                state.reports.append(try StoredJSON.value(from: Data(line.utf8)))
            } catch {
                throw RunError.damaged(
                    path: folder.appending(path: RunDirectory.File.metrics.rawValue).relativePath,
                    reason: "line \(index + 1): expected the report of an epoch as JSON, found "
                        + "something else; run again with --overwrite")
            }
        }
        self.state = state
        let result = try? RunResult(
            json: Data(contentsOf: folder.appending(path: RunDirectory.File.result.rawValue)))
        let speed = result?.training
        trainingSamples =
            speed.map {
                Int(($0.samplesPerSecond * $0.seconds / Double(max($0.epochs, 1))).rounded())
            } ?? 0
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
    /// - Throws: `DataError`, `ConfigurationError`; `TrainingError.mismatch` where the samples do not fit the model.
    func testData(
        _ choice: String?, dataDirectory: String?, events: WorkEvents
    ) throws -> Dataset {
        let place = configuration.place(dataDirectory: dataDirectory, folder: folder)
        guard let choice, choice != configuration.dataset.name else {
            let splits = try configuration.dataset.load(from: place)
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
    /// - Throws: `RunError` where the run had none.
    func selectivePrediction() throws -> SelectivePrediction {
        let file = folder.appending(path: RunDirectory.File.certainty.rawValue)
        guard let data = try? Data(contentsOf: file) else {
            throw RunError.damaged(
                path: folder.relativePath,
                reason:
                    "a threshold for a rate of errors is chosen on validation samples, and the run "
                    + "had none, or no classes; train with `dataset.validation-fraction: 0.2`, or set "
                    + "--least-confidence")
        }
        do {
            return try StoredJSON.value(from: data)
        } catch {
            throw RunError.damaged(
                path: file.relativePath,
                reason: "expected confidences of validation samples, found something else")
        }
    }
}
