import Foundation
import RanvierData
import RanvierLearning
import RanvierRuns

/// A finished run as its directory tells it: configuration, data and trained model.
public struct StoredRun {
    /// Configuration and data.
    public let experiment: Experiment
    /// The trained model.
    public let model: any SpikingModel
    /// How training went.
    public let state: TrainingState

    /// Opens a run directory.
    ///
    /// - Parameter dataset: another data set to measure on, by name; nil for the run's own.
    /// - Throws: `RunError`, `ConfigurationError`, `DataError`, `CheckpointError`, `NetworkError`.
    public init(_ folder: URL, dataset: String? = nil, dataDirectory: String?) throws {
        try RunDirectory.requireRun(folder)
        func file(_ file: RunDirectory.File) -> URL { folder.appending(path: file.rawValue) }
        var overrides: [ConfigurationOverride] = []
        if let dataset { overrides.append(try ConfigurationOverride("dataset.name=\(dataset)")) }
        let configuration = try ExperimentConfiguration(
            ConfigurationReader(file: file(.configuration), overrides: overrides),
            defaultName: folder.lastPathComponent)
        guard FileManager.default.fileExists(atPath: file(.model).path) else {
            throw RunError.damaged(
                path: file(.model).relativePath,
                reason: "not there: the run has not finished; go on with "
                    + "`ranvier run CONFIG --resume`")
        }
        var experiment = try Experiment(
            configuration, dataDirectory: dataDirectory, folder: folder)
        let description = try ModelDescription(contentsOf: file(.architecture))
        if dataset != nil { try experiment.normalize(as: description) }
        let model = try experiment.makeModel()
        try model.restore(try TrainingCheckpoint(contentsOf: file(.model)).parameters)
        var state = TrainingState()
        state.reports = RunDirectory.metricsLines(in: folder).compactMap {
            try? JSONDecoder().decode(EpochReport.self, from: Data($0.utf8))
        }
        self.experiment = experiment
        self.model = model
        self.state = state
    }
}
