import Foundation
import RanvierConfiguration
import RanvierFormats
import RanvierLearning
import RanvierReports
import RanvierRuns
import RanvierStudies

extension Workbench {
    /// Runs a configuration with several seeds and settings; one table of mean ± deviation.
    ///
    /// Each run is a run directory as `run` makes it. Finished runs of the same configuration are taken as they are,
    /// interrupted ones go on, so that the same request goes on where it was stopped. The best setting is chosen on validation
    /// data, or not at all.
    ///
    /// - Throws: `ConfigurationError`, `RunError` where another configuration's run stands in the way or is being written, before
    ///   anything is trained; an error with the runs' status if all failed; `InterruptedError`.
    public func sweep(
        _ request: SweepRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        let clock = ContinuousClock.now
        let plan = try SweepPlan(request, registry: registry)
        try Folder.make(request.output)
        let cores = request.threads ?? ProcessInfo.processInfo.activeProcessorCount
        let queue = RunQueue(
            workbench: self, executable: request.executable, jobs: request.jobs ?? cores,
            threads: request.threads, dataDirectory: request.dataDirectory,
            overwrites: request.overwrite, events: events)
        let outcomes = try queue.perform(plan.runs.flatMap(\.self))
        var rest = outcomes[...]
        let rows = zip(plan.settings, plan.runs).map { setting, runs in
            let own = rest.prefix(runs.count)
            rest = rest.dropFirst(runs.count)
            return SweepRow(setting, zip(runs, own).map(SweepRun.init))
        }
        let files = ["sweep.html", "sweep.csv", "sweep.json"].map {
            request.output.appending(path: $0)
        }
        let outcome = SweepOutcome(
            configuration: request.configuration.relativePath, rows: rows,
            choice: SweepChoice(rows), page: files[0].relativePath, table: files[1].relativePath)
        let failures = outcome.failures
        if failures.count == outcome.runs.count { throw RunsFailedError(failures: failures) }
        let tables = SweepTables(outcome: outcome)
        let page = page(
            tables, of: request, seconds: (ContinuousClock.now - clock) / .seconds(1))
        try AtomicFile.write(Data(page.utf8), to: files[0])
        try AtomicFile.write(Data(tables.runs.csv.utf8), to: files[1])
        var answer = CommandOutcome(text: text(tables), value: outcome)
        answer.status = failures.isEmpty ? .done : .runFailed
        try AtomicFile.write(Data((answer.json() + "\n").utf8), to: files[2])
        return answer
    }

    private func text(_ tables: SweepTables) -> String {
        let shown = [tables.settings] + (tables.differences.map { [$0] } ?? [])
        return
            (shown.map { "\($0.caption)\n\($0.text)" } + [
                tables.remarks.joined(separator: "\n"),
                "Page:  \(tables.outcome.page)\nTable: \(tables.outcome.table)",
            ]).joined(separator: "\n\n")
    }

    private func page(_ tables: SweepTables, of request: SweepRequest, seconds: Double) -> String {
        var result = StudyResult(findings: tables.remarks, comparisons: [])
        result.tables = [tables.settings] + (tables.differences.map { [$0] } ?? []) + [tables.runs]
        result.figures = tables.figures
        let settings = tables.outcome.rows.count
        return StudyPage(
            description: StudyDescription(
                name: "sweep",
                title: "\(request.configuration.lastPathComponent): \(settings) "
                    + "\(settings == 1 ? "setting" : "settings"), \(request.seeds) "
                    + "\(request.seeds == 1 ? "seed" : "seeds")",
                source: request.configuration.relativePath, quick: false, seconds: seconds,
                command: commandText(request.command)), result: result
        ).render()
    }
}
