import Foundation
import RanvierAnalysis
import RanvierData
import RanvierLearning
import RanvierReports
import RanvierStudies
import RanvierTensors

extension Experiments {
    /// Counts jumps of spike times along random directions; writes table, figures and a page.
    ///
    /// - Throws: ``InterruptedError``; `FileError`; what networks throw.
    public static func analyzeContinuity(
        _ request: ContinuityRequest, events: WorkEvents = WorkEvents()
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

    /// Compares the layers of two stored networks, all with all; writes tables, figures and a page.
    ///
    /// - Throws: `RunError`, `DataError`, `CheckpointError`, `NetworkError`, `AnalysisError`;
    ///   ``InterruptedError``.
    public static func analyzeSimilarity(
        _ request: SimilarityRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        if let threads = request.threads { Parallel.threads = threads }
        let context = StudyContext(dataDirectory: request.dataDirectory, events: events)
        let report = try inFolder(request.output) {
            try SimilarityAnalysis(request: request, context: context).run()
        }
        return try finish(
            StudyDescription(
                name: "analyze cka", title: "What two networks have in common",
                source: "Centred kernel alignment: Kornblith et al. 2019, Nguyen et al. 2021",
                quick: false, seconds: report.seconds, command: commandText(request.command)),
            report.value.studyResult, folder: request.output
        ) {
            var value = report.value
            value.folder = request.output.relativePath
            return value
        }
    }

    /// Attacks and damages what a stored network is shown; writes tables, figures and a page.
    ///
    /// - Throws: `RunError`, `DataError`, `CheckpointError`, `NetworkError`; for attacks on a network that has no
    ///   gradient by its input, an error that says so; ``InterruptedError``.
    public static func analyzeRobustness(
        _ request: RobustnessRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        if let threads = request.threads { Parallel.threads = threads }
        let context = StudyContext(dataDirectory: request.dataDirectory, events: events)
        let report = try inFolder(request.output) {
            let stored = try StoredRun(request.run, dataDirectory: request.dataDirectory)
            guard let model = stored.model as? ClockedModel else {
                throw RepresentationError.noGradient(
                    "one that learned by '\(stored.experiment.configuration.method)'")
            }
            return try RobustnessReport(
                of: model, named: request.run.lastPathComponent,
                on: stored.experiment.data.test.prefix(request.settings.samples),
                normalization: stored.experiment.data.normalization, request.settings, context)
        }
        return try finish(
            StudyDescription(
                name: "analyze robustness", title: "What a network makes of changed inputs",
                source: "FGSM: Goodfellow et al. 2015; PGD: Madry et al. 2018", quick: false,
                seconds: report.seconds, command: commandText(request.command)),
            report.value.studyResult, folder: request.output
        ) {
            var value = report.value
            value.folder = request.output.relativePath
            return value
        }
    }
}
