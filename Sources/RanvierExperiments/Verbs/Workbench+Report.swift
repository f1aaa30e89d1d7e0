import Foundation
import RanvierConfiguration
import RanvierFormats
import RanvierReports
import RanvierRuns

extension Workbench {
    /// Writes the HTML report of one run into its folder, or of several side by side into `output`.
    ///
    /// - Throws: `RunError` if a run lacks what its report shows; `FileError`.
    public func report(runs: [URL], output: URL) throws -> CommandOutcome {
        let contents = try runs.map(reportContent)
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
    public func reportContent(of run: URL) throws -> ReportContent {
        try RunDirectory.requireRun(run)
        let file = run.appending(path: RunDirectory.File.reportContent.rawValue)
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw RunError.damaged(
                path: file.relativePath,
                reason: "not there: the run has not finished; go on with "
                    + "`ranvier run CONFIG --resume`")
        }
        let data = try Data(contentsOf: file)
        do {
            return try StoredJSON.value(from: data)
        } catch {
            let version = (try? StoredJSON.value(WrittenBy.self, from: data))?.result.version
            let found =
                version.map { "one of version \($0) in an earlier form" } ?? "something else"
            throw RunError.damaged(
                path: file.relativePath,
                reason: "expected the content of a report as this version writes it, "
                    + "found \(found); make it anew with `ranvier run config.yaml "
                    + "--overwrite` from the run's own configuration")
        }
    }

    /// What every version of the file tells.
    private struct WrittenBy: Decodable {
        struct Result: Decodable { let version: String }
        let result: Result
    }

    private struct ReportOutcome: Encodable, Sendable {
        let report: String
        let runs: [String]
    }
}
