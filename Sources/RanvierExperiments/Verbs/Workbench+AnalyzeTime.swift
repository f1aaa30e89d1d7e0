import Foundation
import RanvierAnalysis
import RanvierData
import RanvierLearning
import RanvierReports
import RanvierStudies

extension Workbench {
    /// Shows a stored network its samples on coarser clocks and on unsteady ones; writes tables, a figure and a page.
    ///
    /// - Throws: `RunError`, `DataError`; `ModelError` for a network without a clock; ``InterruptedError``.
    public func analyzeResolution(
        _ request: ResolutionRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        let context = StudyContext(dataDirectory: request.dataDirectory, events: events)
        let report = try inFolder(request.output) {
            try withThreads(request.threads) {
                let stored = try StoredRun(request.run, registry: registry, warning: events.warning)
                let data = try stored.model.signature.prepared(
                    stored.testData(
                        request.data, dataDirectory: request.dataDirectory, events: events)
                ).drawn(request.samples, seed: request.seed)
                return try ResolutionReport(
                    of: stored.model, named: request.run.lastPathComponent, on: data,
                    registry: registry, seed: request.seed, context)
            }
        }
        return try finish(
            StudyDescription(
                name: "analyze resolution", title: "Which time step is needed",
                source: "A stored network on coarser clocks, not trained anew", quick: false,
                seconds: report.seconds, command: commandText(request.command)),
            report.value.studyResult, folder: request.output
        ) {
            var value = report.value
            value.folder = request.output.relativePath
            return value
        }
    }

    /// Counts jumps along random directions through the weights of a stored network, on its own test samples.
    func continuity(
        of run: URL, _ request: ContinuityRequest, events: WorkEvents
    ) throws -> CommandOutcome {
        let context = StudyContext(
            seeds: [request.seed], dataDirectory: request.dataDirectory, events: events)
        var study = StoredContinuity()
        study.sweeps = request.sweeps
        study.positions = request.positions
        study.seed = request.seed
        let report = try inFolder(request.output) {
            let stored = try StoredRun(run, registry: registry, warning: events.warning)
            let data = try stored.model.signature.prepared(
                stored.testData(nil, dataDirectory: request.dataDirectory, events: events))
            return StoredContinuityReport(
                study,
                try study.run(stored.model, named: run.lastPathComponent, on: data) {
                    try context.advance(to: $0, $1)
                })
        }
        return try finish(
            StudyDescription(
                name: "analyze continuity", title: "Where the outputs of a network jump",
                source: "Sweeps as in Klos & Memmesheimer, arXiv:2309.14523, of a stored network",
                quick: false, seconds: report.seconds, command: commandText(request.command)),
            report.value.studyResult, folder: request.output
        ) {
            var value = report.value
            value.folder = request.output.relativePath
            return value
        }
    }
}
