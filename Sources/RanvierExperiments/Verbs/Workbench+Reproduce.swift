import Foundation
import RanvierConfiguration
import RanvierFormats
import RanvierLearning
import RanvierReports
import RanvierRuns
import RanvierStudies
import RanvierTensors

extension Workbench {
    /// Does a published study again and writes `<output>/<study>/`.
    ///
    /// - Throws: ``UnknownNameError``; an error where a choice is asked of a study that leaves none; `DataError` where
    ///   data is missing; ``InterruptedError``; what the study throws.
    public func reproduce(
        _ request: ReproduceRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        guard let study = parts.studies.first(where: { $0.name == request.study }) else {
            throw UnknownNameError("study", request.study, known: parts.studies.map(\.name))
        }
        try StudyChoiceError.check(
            epochs: request.epochs, settings: request.settings, of: study, among: parts.studies)
        let folder = request.output.appending(path: study.name)
        var context = StudyContext(
            isQuick: request.isQuick, seeds: request.seeds, dataDirectory: request.dataDirectory,
            cache: folder.deletingLastPathComponent().appending(path: "networks"), events: events)
        context.usesPublishedAttack = request.usesPublishedAttack
        context.epochs = request.epochs
        context.settings = request.settings
        let (result, seconds) = try inFolder(folder) {
            try withThreads(request.threads) { try study.run(context) }
        }
        var description = StudyDescription(
            name: study.name, title: study.title, source: study.source,
            quick: request.isQuick && !result.isWhole,
            seconds: seconds, command: commandText(request.command))
        if let epochs = request.epochs {
            description.limits.append("passes over the training data: \(epochs)")
        }
        if !request.settings.isEmpty {
            description.limits.append("settings: \(request.settings.joined(separator: ", "))")
        }
        return try finish(description, result, folder: folder) {
            StudyOutcome(study: description, result: result, folder: folder.relativePath)
        }
    }

    /// Lists the studies there are.
    public func listStudies() -> CommandOutcome {
        let rows = parts.studies.map { [$0.name, $0.title, $0.source] }
        return CommandOutcome(
            text: TextTable(head: ["name", "shows", "source"], rows: rows).text,
            value: [
                "studies": parts.studies.map {
                    ["name": $0.name, "title": $0.title, "source": $0.source]
                }
            ])
    }

    // MARK: - Shared by studies and analyses

    /// Does work whose files shall go into a folder; returns what came of it and the seconds it took.
    ///
    /// A folder that cannot be made is better known before the work than after it.
    func inFolder<Value>(
        _ folder: URL, work: () throws -> Value
    ) throws -> (value: Value, seconds: Double) {
        try Folder.make(folder)
        let clock = ContinuousClock.now
        do {
            return (try work(), (ContinuousClock.now - clock) / .seconds(1))
        } catch {
            // Only empty folders go.
            for empty in [folder, folder.deletingLastPathComponent()] { rmdir(empty.path) }
            throw error
        }
    }

    /// Writes the files of a study and returns what the command prints.
    func finish(
        _ description: StudyDescription, _ result: StudyResult, folder: URL,
        value: () -> some Encodable & Sendable
    ) throws -> CommandOutcome {
        let outcome = CommandOutcome(
            text: text(of: result, description, folder: folder), value: value())
        try StudyFolder(url: folder).write(description, result, json: try outcome.json())
        return outcome
    }

    /// The command line as it can be typed again.
    func commandText(_ words: [String]) -> String {
        (["ranvier"] + words.dropFirst()).map { $0.contains(" ") ? "'\($0)'" : $0 }
            .joined(separator: " ")
    }

    private func text(
        of result: StudyResult, _ description: StudyDescription, folder: URL
    ) -> String {
        var parts = ["\(description.title)\n\(description.source)"]
        if let warning = description.warning { parts.append(warning) }
        for table in result.shownTables { parts.append("\(table.caption)\n\(table.text)") }
        parts += [result.findings.joined(separator: "\n")]
        parts.append("Page: \(folder.appending(path: "page.html").relativePath)")
        return parts.joined(separator: "\n\n")
    }
}
