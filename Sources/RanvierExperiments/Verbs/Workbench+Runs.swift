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
            for skipped in rebuilt.skipped { events.warning("left out: \(skipped)") }
            events.note("the index holds \(rebuilt.count) runs now")
            index = rebuilt.index
        } else {
            index = try RunIndex(root: output, create: false)
        }
        let runs = try index.runs()
        let text = runs.isEmpty ? "No runs in \(output.relativePath)." : table(of: runs)
        return CommandOutcome(text: text, value: ["runs": runs])
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
        let measures = run.measures.map { ($0.title.lowercased(), $0.text) }
        return optional.compactMap { name, value in value.map { (name, $0) } } + measures
    }

    private func table(of runs: [RunRecord]) -> String {
        let head = [
            "number", "run", "status", "method", "dataset", "seed", "result", "energy", "started",
        ]
        let rows = runs.map { run in
            [
                run.id.map(String.init) ?? "", run.path, run.status.rawValue, run.method,
                run.dataset, String(run.seed),
                run.measures.first.map { "\($0.name) \($0.text)" } ?? "–",
                run.picojoulesPerSample.map { "\(number($0 / 1000)) nJ" } ?? "–", text(run.started),
            ]
        }
        return TextTable(head: head, rows: rows).text
    }

    // MARK: - Words

    private func text(_ date: Date) -> String { date.formatted(.iso8601) }

    private func number(_ value: Double) -> String { String(format: "%.4g", value) }
}
