import Foundation
import RanvierAnalysis
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierReports
import RanvierRuns
import RanvierTensors

extension Workbench {
    /// Sets stored runs side by side: the settings that differ, all measures, and, on the same test samples, paired differences
    /// to the first run.
    ///
    /// - Parameter names: folders, or names or numbers in the index.
    /// - Throws: `RunError`, `RunIndexError` for what is no run.
    public func compareRuns(
        _ names: [String], output: URL, dataDirectory: String? = nil, threads: Int? = nil,
        events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        let folders = try names.map { try runFolder($0, output: output) }
        for folder in folders { try RunDirectory.requireRun(folder) }
        let titles = RunColumns.titles(of: folders)
        let results = try folders.map { folder -> RunResult? in
            let file = folder.appending(path: RunDirectory.File.result.rawValue)
            guard FileManager.default.fileExists(atPath: file.path) else { return nil }
            return try RunResult(storedIn: file, warning: events.warning)
        }
        for (title, result) in zip(titles, results) where result == nil {
            events.warning("\(title): has no result; it has not finished")
        }
        let settings = RunSettings(of: folders)
        let columns = RunColumns(results: results)
        let pairs: [RunsComparison.Pair] = try withThreads(threads) {
            try self.pairs(
                folders, titles, results: results, dataDirectory: dataDirectory, events: events)
        }
        var parts: [String] = []
        if settings.keys.isEmpty {
            parts.append("All settings are the same.")
        } else {
            let rows = settings.keys.map { key in
                [key] + settings.values.map { $0[key]?.shortText ?? "–" }
            }
            parts.append(
                "Settings that differ\n" + TextTable(head: ["key"] + titles, rows: rows).text)
        }
        let rows = columns.rows.map { row in
            [row.title] + row.values.map { $0?.textWithInterval ?? "–" }
        }
        parts.append(
            "On the test data of each\n" + TextTable(head: ["measure"] + titles, rows: rows).text)
        if !pairs.isEmpty {
            parts.append(
                pairs.map { "\($0.run) against \($0.first): \($0.comparison.text)." }
                    .joined(separator: "\n"))
        }
        return CommandOutcome(
            text: parts.joined(separator: "\n\n"),
            value: RunsComparison(
                runs: titles, folders: folders.map(\.relativePath),
                settings: settings.keys.map { key in
                    .init(key: key, values: settings.values.map { $0[key] })
                },
                measures: columns.rows.map { .init(name: $0.name, values: $0.values) },
                pairs: pairs))
    }

    // MARK: - The same test samples

    /// Paired differences of each further run to the first; a note says why there is none.
    private func pairs(
        _ folders: [URL], _ titles: [String], results: [RunResult?], dataDirectory: String?,
        events: WorkEvents
    ) throws -> [RunsComparison.Pair] {
        guard results[0] != nil else { return [] }
        var first: Tested?
        var pairs: [RunsComparison.Pair] = []
        for index in folders.indices.dropFirst() where results[index] != nil {
            try events.cancellation.check()
            do {
                let one = try first ?? Tested(folders[0], dataDirectory, registry, events)
                first = one
                let other = try Tested(folders[index], dataDirectory, registry, events)
                guard one.hasSameSamples(as: other) else {
                    events.note(
                        "\(titles[index]) and \(titles[0]) were measured on different test samples; "
                            + "their difference is not paired")
                    continue
                }
                if let comparison = PairedComparison(one.evaluation, other.evaluation) {
                    pairs.append(
                        .init(run: titles[index], first: titles[0], comparison: comparison))
                }
            } catch let error as InterruptedError {
                throw error
            } catch {
                events.note("\(titles[index]): its difference is not paired: \(error)")
            }
        }
        return pairs
    }

    /// A stored model with its answers to its test samples, and these as their source gives them.
    private struct Tested {
        let raw: Dataset
        let evaluation: Evaluation

        init(
            _ folder: URL, _ dataDirectory: String?, _ registry: Registry, _ events: WorkEvents
        ) throws {
            let stored = try StoredRun(folder, registry: registry, warning: events.warning)
            let place = stored.configuration.place(dataDirectory: dataDirectory, folder: folder)
            raw = try stored.configuration.dataset.source.load(from: place).test
            let data = try stored.testData(nil, dataDirectory: dataDirectory, events: events)
            evaluation = try stored.model.evaluate(on: data, counts: false)
        }

        /// Targets alone may agree by chance where parts are drawn.
        func hasSameSamples(as other: Tested) -> Bool {
            raw.featureShape == other.raw.featureShape && raw.count == other.raw.count
                && evaluation.targets == other.evaluation.targets
                && (0..<raw.count).allSatisfy {
                    raw.features(of: [$0]).scalars == other.raw.features(of: [$0]).scalars
                }
        }
    }
}
