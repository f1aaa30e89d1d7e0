import Foundation
import RanvierAnalysis
import RanvierData
import RanvierLearning
import RanvierReports
import RanvierStudies
import RanvierTensors

extension Workbench {
    /// Counts jumps of spike times along random directions; writes table, figures and a page.
    ///
    /// - Throws: ``InterruptedError``; `FileError`; what networks throw.
    public func analyzeContinuity(
        _ request: ContinuityRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        try withThreads(request.threads) {
            if let run = request.run {
                return try continuity(of: run, request, events: events)
            }
            return try continuity(request, events: events)
        }
    }

    private func continuity(
        _ request: ContinuityRequest, events: WorkEvents
    ) throws -> CommandOutcome {
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
    public func analyzeSimilarity(
        _ request: SimilarityRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        let context = StudyContext(dataDirectory: request.dataDirectory, events: events)
        let report = try inFolder(request.output) {
            try withThreads(request.threads) {
                try SimilarityAnalysis(
                    request: request, context: context, registry: registry
                ).run()
            }
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
    public func analyzeRobustness(
        _ request: RobustnessRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        let context = StudyContext(dataDirectory: request.dataDirectory, events: events)
        let report = try inFolder(request.output) {
            try withThreads(request.threads) {
                let stored = try StoredRun(request.run, registry: registry, warning: events.warning)
                let data = try stored.model.signature.prepared(
                    stored.testData(
                        request.data, dataDirectory: request.dataDirectory, events: events)
                ).drawn(request.settings.samples, seed: request.settings.seed)
                return try RobustnessReport(
                    of: RobustnessReport.Subject(
                        model: stored.model, name: request.run.lastPathComponent, data: data,
                        areImages: stored.areImages(data),
                        statistics: try stored.channelStatistics(
                            for: data, dataDirectory: request.dataDirectory, events: events)),
                    damages: parts.damages, request.settings, context)
            }
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
