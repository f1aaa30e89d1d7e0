import Foundation
import RanvierConfiguration
import RanvierLearning
import RanvierReports
import RanvierRuns

extension Workbench {
    /// Lists the runs under an output folder, the latest first.
    ///
    /// `rebuild` makes the index anew from the run directories before.
    /// - Throws: `RunIndexError`; `FileError`.
    public func listRuns(
        output: URL, rebuild: Bool = false, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        let index: RunIndex
        if rebuild {
            let rebuilt = try RunIndex.rebuild(root: output)
            for warning in rebuilt.warnings { events.warning(warning) }
            for skipped in rebuilt.skipped { events.warning("left out: \(skipped)") }
            events.note("the index holds \(rebuilt.count) runs now")
            index = rebuilt.index
        } else {
            index = try RunIndex(root: output, create: false)
        }
        let runs = try index.runs()
        let listed = listed(runs, in: index)
        let text = runs.isEmpty ? "No runs in \(output.relativePath)." : table(of: listed)
        return CommandOutcome(text: text, value: ["runs": listed])
    }

    /// Shows all that the index knows of a run.
    ///
    /// - Throws: `RunIndexError`.
    public func showRun(_ name: String, output: URL) throws -> CommandOutcome {
        let index = try RunIndex(root: output, create: false)
        let run = try index.run(name)
        let lines = details(of: run) + [("folder", index.folder(of: run).path)]
        let width = lines.map(\.0.count).max() ?? 0
        let text = lines.map { $0.0.padding(to: width + 2) + $0.1 }.joined(separator: "\n")
        return CommandOutcome(text: text, value: run)
    }

    private func details(of run: RunRecord) -> [(String, String)] {
        let optional: [(String, String?)] = [
            ("run", run.path), ("number", run.id.map(String.init)), ("status", run.status.rawValue),
            ("method", run.method), ("model", run.model), ("dataset", run.dataset),
            ("seed", String(run.seed)), ("version", run.version), ("started", text(run.started)),
            ("finished", run.finished.map(text)),
            ("test loss", run.loss.map { number($0) }), ("epochs", run.epochs.map(String.init)),
            ("training", run.trainingSeconds.map { "\(number($0)) s" }),
            ("speed", run.samplesPerSecond.map { "\(number($0)) samples/s" }),
            ("spikes", run.spikesPerSample.map { "\(number($0)) per sample" }),
            ("energy", run.picojoulesPerSample.map { "\(number($0)) pJ per sample (estimate)" }),
            ("weights", run.weightBytes.map { "\($0) bytes" }),
        ]
        let measures = run.measures.map { ($0.title.lowercased(), $0.textWithInterval) }
        return optional.compactMap { name, value in value.map { (name, $0) } } + measures
    }

    /// A run of the index, with the settings in which it differs from others of its name.
    private struct ListedRun: Encodable, Sendable {
        let record: RunRecord
        let differs: [(key: String, short: String, value: ConfigurationValue?)]

        private enum Key: CodingKey { case differs }

        func encode(to encoder: any Encoder) throws {
            try record.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(
                Dictionary(differs.map { ($0.key, $0.value) }) { first, _ in first },
                forKey: .differs)
        }

        /// At most four settings; the rest is counted.
        var text: String {
            let all = differs.map { "\($0.short) \($0.value?.shortText ?? "–")" }
            let more = all.count > 4 ? ["and \(all.count - 4) more"] : []
            return (all.prefix(4) + more).joined(separator: ", ")
        }
    }

    private func listed(_ runs: [RunRecord], in index: RunIndex) -> [ListedRun] {
        let settings = runs.map { RunSettings.settings(of: index.folder(of: $0)) }
        // Runs that nobody has named alike are not variants of each other.
        let names = settings.enumerated().map { place, leaves in
            leaves.first { $0.path == "name" }?.value.shortText ?? "run \(place)"
        }
        let groups = Dictionary(grouping: runs.indices) { names[$0] }
        var differs = runs.map { _ in [(key: String, short: String, value: ConfigurationValue?)]() }
        for members in groups.values where members.count > 1 {
            let group = RunSettings(
                members.map { settings[$0] }, ignoring: ["version", "seed", "name"])
            for (place, member) in members.enumerated() {
                differs[member] = group.keys.map {
                    ($0, group.shortKey($0), group.values[place][$0])
                }
            }
        }
        return zip(runs, differs).map { ListedRun(record: $0, differs: $1) }
    }

    private func table(of runs: [ListedRun]) -> String {
        let head = [
            "number", "run", "status", "method", "dataset", "seed", "differs", "result", "energy",
            "started",
        ]
        let rows = runs.map { listed -> [String] in
            let run = listed.record
            let result = run.measures.first.map { "\($0.name) \($0.textWithInterval)" }
            let energy = run.picojoulesPerSample.map { "\(number($0 / 1000)) nJ" }
            let about: [String] = [
                run.id.map { String($0) } ?? "", run.path, run.status.rawValue, run.method,
                run.dataset, String(run.seed),
            ]
            return about + [
                listed.text.isEmpty ? "–" : listed.text, result ?? "–", energy ?? "–",
                text(run.started),
            ]
        }
        return TextTable(head: head, rows: rows).text
    }

    // MARK: - Words

    private func text(_ date: Date) -> String { date.formatted(.iso8601) }

    private func number(_ value: Double) -> String { String(format: "%.4g", value) }
}
