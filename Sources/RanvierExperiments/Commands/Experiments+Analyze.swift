import Foundation
import RanvierTensors

extension Experiments {
    /// Counts jumps of spike times along random directions; writes table, figures and a page.
    ///
    /// - Throws: ``InterruptedError``; `FileError`; what networks throw.
    public static func analyzeContinuity(
        _ request: ContinuityRequest, events: CommandEvents = CommandEvents()
    ) throws -> CommandOutcome {
        if let threads = request.threads { Parallel.threads = threads }
        let context = StudyContext(seeds: [request.seed], events: events)
        var analysis = ContinuityAnalysis()
        analysis.sweeps = request.sweeps
        analysis.positions = request.positions
        analysis.seed = request.seed
        let folder = request.output
        let report = try inFolder(folder) {
            ContinuityReport(
                analysis, models: try analysis.run { try context.advance(to: $0, $1) })
        }
        let study = SmoothContinuityStudy()
        return try finish(
            StudyDescription(
                name: "analyze continuity", title: study.title, source: study.source,
                quick: false, seconds: report.seconds, command: commandText(request.command)),
            report.value.studyResult(withClaims: false), folder: folder
        ) {
            var value = report.value
            value.folder = folder.relativePath
            return value
        }
    }
}
