import Foundation
import RanvierConfiguration
import RanvierFormats
import RanvierLearning
import RanvierReports
import RanvierRuns

extension Workbench {
    /// Writes the HTML report of one run into its folder, or of several side by side into `output`.
    ///
    /// - Throws: `RunError` if a run lacks what its report shows; `FileError`.
    public func report(
        runs: [URL], output: URL, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        let contents = try runs.map { try reportContent(of: $0, events: events) }
        let folder: URL
        let report: HTMLReport
        if let only = contents.first, contents.count == 1 {
            (folder, report) = (runs[0], HTMLReport(only, sections: parts.reportSections))
        } else {
            try Folder.make(output)
            (folder, report) = (output, HTMLReport(comparing: contents))
        }
        let file = folder.appending(path: RunDirectory.File.report.rawValue)
        try AtomicFile.write(Data(report.render().utf8), to: file)
        let outcome = ReportOutcome(report: file.relativePath, runs: runs.map(\.relativePath))
        return CommandOutcome(text: "Report: \(file.relativePath)", value: outcome)
    }

    /// What a run's report shows, from its folder.
    ///
    /// - Throws: `RunError` if there is no such run or it did not finish.
    public func reportContent(
        of run: URL, events: WorkEvents = WorkEvents()
    ) throws -> ReportContent {
        try RunDirectory.requireRun(run)
        let file = run.appending(path: RunDirectory.File.reportContent.rawValue)
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw RunError.damaged(
                path: file.relativePath,
                reason: "not there: the run has not finished; go on with "
                    + "`ranvier run CONFIG --resume`")
        }
        do throws(StoredFileError) {
            return try ReportContent(storedIn: file, warning: events.warning)
        } catch {
            guard case .invalid(let reason) = error.problem else { throw error }
            throw RunError.damaged(
                path: file.relativePath,
                reason: "expected the content of a report as this version writes it, "
                    + "found another: \(reason); make it anew with `ranvier run config.yaml "
                    + "--overwrite` from the run's own configuration")
        }
    }

    private struct ReportOutcome: Encodable, Sendable {
        let report: String
        let runs: [String]
    }
}
