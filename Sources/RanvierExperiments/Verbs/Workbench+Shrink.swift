import Foundation
import RanvierConfiguration
import RanvierFormats
import RanvierLearning
import RanvierReports
import RanvierRuns
import RanvierStudies

extension Workbench {
    /// Looks for the smallest network within a budget and trains it: `<output>/network/` is a run, `<output>/page.html` tells how it
    /// was found.
    ///
    /// - Throws: what opening and training throw; ``InterruptedError``; an error of status 1 where nothing fits.
    public func shrink(
        _ request: ShrinkRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        try withThreads(request.threads) {
            let search = try ShrinkSearch(request, registry: registry, events: events)
            let plan = search.plan()
            events.note(
                "at most \(plan.mostTrials) trials of up to \(plan.epochsOfLongest) epochs, about "
                    + "\(NumberText.seconds(plan.mostSeconds)) at most by the training of the run")
            if request.isPlan {
                return CommandOutcome(
                    text:
                        "At most \(plan.mostTrials) trials, \(NumberText.seconds(plan.mostSeconds)).",
                    value: ["plan": plan])
            }
            if request.overwrite { try Folder.removeSearch(at: request.output) }
            let clock = ContinuousClock.now
            let found = try inFolder(request.output) { try search.run() }.value
            var report = ShrinkReport(search, found.trials, best: found.best, plan: plan)
            if let best = found.best {
                var compress = search.compress(best.candidate)
                let network = request.output.appending(path: "network")
                compress.run.output = network
                // A network of this search that was begun before is gone on with.
                compress.run.resume = RunDirectory.isRun(network)
                _ = try self.compress(compress, events: events)
                report.network = network.relativePath
            }
            let outcome = try finish(
                StudyDescription(
                    name: "shrink", title: "The smallest network that is good enough",
                    source: "Begun with \(request.start.lastPathComponent)", quick: false,
                    seconds: (ContinuousClock.now - clock) / .seconds(1),
                    command: commandText(request.command)),
                report.studyResult, folder: request.output
            ) { report }
            guard found.best != nil else {
                throw ShrinkError.noneFits(
                    page: request.output.appending(path: "page.html").relativePath)
            }
            return outcome
        }
    }
}

extension Folder {
    /// Removes what a search has written, and nothing else.
    fileprivate static func removeSearch(at url: URL) throws {
        for name in ["search", "network", "figures", "page.html", "result.json", "front.csv"]
            + ["trials.csv"]
        {
            let file = url.appending(path: name)
            if FileManager.default.fileExists(atPath: file.path) { try remove(file) }
        }
    }
}
