import Foundation
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierRuns

/// Keeps the index of runs up to date; a run goes on where the index cannot be written.
final class RunRegistration {
    private let directory: RunDirectory
    private let events: WorkEvents
    private var record: RunRecord
    private let root: URL

    init(
        directory: RunDirectory, configuration: RunConfiguration, events: WorkEvents
    ) {
        self.directory = directory
        self.events = events
        root = directory.url.deletingLastPathComponent()
        record = RunRecord(
            path: RunRecord.path(of: directory.url, relativeTo: root),
            method: configuration.methodName, model: configuration.method.family.rawValue,
            dataset: configuration.dataset.name, seed: Int(configuration.seed),
            version: ToolVersion.current)
    }

    /// Notes that the run has begun.
    func begin() { save() }

    /// Notes how the run ended, with its result where there is one.
    func end(_ status: RunStatus) {
        record.status = status
        record.finished = Date()
        if status == .finished,
            let data = try? Data(contentsOf: directory.url(of: .result))
        {
            try? record.take(resultJSON: data)
        }
        save()
    }

    private func save() {
        do {
            let index = try RunIndex(root: root, create: true)
            record = try index.record(record)
        } catch {
            events.warning("the index of runs was not updated: \(error)")
        }
    }
}
