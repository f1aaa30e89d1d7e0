import Foundation
import RanvierAnalysis
import RanvierConfiguration
import RanvierFormats
import RanvierLearning
import RanvierReports
import RanvierRuns

extension Workbench {
    /// Sets runs side by side: one table for all methods, and a page of charts.
    ///
    /// A configuration is trained first, as `run` does; a finished run of the same configuration and seed is
    /// taken as it is, one that was interrupted goes on.
    /// - Throws: `RunError`, `RunIndexError`, and what `run` throws.
    public func compare(
        _ request: CompareRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        let folders = try request.items.map { item in
            try folder(of: item, in: request, events: events)
        }
        let contents = try folders.map { try reportContent(of: $0, events: events) }
        let sets = Set(contents.map(\.result.dataset)).sorted()
        if sets.count > 1 {
            events.warning(
                "the runs use different data sets (\(sets.joined(separator: ", "))): how good they are "
                    + "cannot be compared")
        }
        try Folder.make(request.output)
        let page = request.output.appending(path: "comparison.html")
        try AtomicFile.write(Data(HTMLReport(comparing: contents).render().utf8), to: page)
        let names = ComparisonPage(contents: contents).names
        return CommandOutcome(
            text: table(contents, names: names) + "\n\nPage: \(page.relativePath)",
            value: ComparisonOutcome(
                page: page.relativePath, folders: folders.map(\.relativePath),
                runs: contents.map(\.result)))
    }

    private func table(_ contents: [ReportContent], names: [String]) -> String {
        let results = contents.flatMap { [$0.result] + ($0.baseline.map { [$0] } ?? []) }
        let rows = zip(names, contents).flatMap { name, content in
            let result = content.result
            let own = [[name, result.method] + RunSummary.cells(result, beside: results)]
            let network = content.baseline.map {
                [["  its baseline", ""] + RunSummary.cells($0, beside: results)]
            }
            return own + (network ?? [])
                + RunSummary.others(of: result).map {
                    ["  its baseline", ""] + RunSummary.cells($0, beside: results)
                }
        }
        return TextTable(
            head: ["run", "method"] + RunSummary.head(of: results), rows: rows
        ).text
    }

    /// The folder of a run, or of the run that a configuration makes.
    private func folder(
        of item: String, in request: CompareRequest, events: WorkEvents
    ) throws -> URL {
        let file = URL(filePath: item)
        guard ["yaml", "yml"].contains(file.pathExtension) else {
            return try runFolder(item, output: request.output)
        }
        let run = try PlannedRun(
            file: file, overrides: [], seed: request.seed, registry: registry
        ) { configuration in
            request.output.appending(
                path: RunDirectory.defaultName(configuration: file, seed: Int(configuration.seed)),
                directoryHint: .isDirectory)
        }
        let queue = RunQueue(
            workbench: self, threads: request.threads, dataDirectory: request.dataDirectory,
            events: events)
        if case .failed(let message, let status)? = try queue.perform([run]).first {
            throw RunsFailedError(failures: [(run.name, message, status)])
        }
        return run.folder
    }

    private struct ComparisonOutcome: Encodable, Sendable {
        let page: String
        let folders: [String]
        let runs: [RunResult]
    }
}
