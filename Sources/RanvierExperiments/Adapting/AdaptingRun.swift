import Foundation
import RanvierAlignment
import RanvierAnalysis
import RanvierConfiguration
import RanvierData
import RanvierFormats
import RanvierLearning
import RanvierReports
import RanvierRuns

/// One `ranvier adapt`: goes on with a network, measures it, writes a run directory.
struct AdaptingRun {
    let request: AdaptRequest
    let stored: StoredRun
    let samples: AdaptSamples
    let parts: Parts
    let events: WorkEvents

    private static let none = "none"

    func perform() throws -> CommandOutcome {
        let rule = try rule()
        events.note(
            "going on with \(samples.data.stream.count) samples of \(samples.name)"
                + (rule.map { ", by the rule \(type(of: $0).kind)" } ?? ", without labels"))
        let outcome: AdaptationOutcome
        do {
            outcome = try request.options.adapt(
                stored.model, by: rule, to: samples.data, seed: request.seed,
                registry: parts.registry, events: events)
        } catch TrainingError.interrupted {
            throw InterruptedError(advice: "nothing was written; begin anew with the same command")
        }
        for note in outcome.notes { events.note(note) }
        let directory = try RunDirectory.create(
            at: request.folder, overwrite: request.overwrite
        ) { try prepare($0, outcome) }
        let index = RunRegistration(
            directory: directory, configuration: stored.configuration, events: events)
        index.begin()
        do {
            let result = try measure(outcome, rule: rule, in: directory)
            index.end(.finished)
            return result
        } catch {
            index.end(.failed)
            throw error
        }
    }

    /// The rule that was asked for, or the usual one.
    private func rule() throws -> (any LocalRule)? {
        guard let word = request.rule else {
            let learns = samples.hasTargets && stored.model is ClockedModel
            return learns && request.labels != .ignored ? DeltaRule() : nil
        }
        guard word != Self.none else { return nil }
        let known = parts.registry.names(LocalRuleRole.self)
        guard known.contains(word) else {
            throw AdaptError.rule(
                word, known: known, nearest: NearestName.of(word, among: known + [Self.none]))
        }
        guard samples.hasTargets else { throw AdaptError.noLabels(data: samples.name) }
        return try Element(word, .section([])).value(
            of: LocalRuleRole.self, in: parts.registry, at: "--rule")
    }

    // MARK: - The directory

    /// Model and configuration, before the directory has its name.
    private func prepare(_ directory: RunDirectory, _ outcome: AdaptationOutcome) throws {
        let configuration = stored.configuration
        var resolved = configuration.resolved
        if outcome.follower != nil {
            resolved = resolved.replacing(
                ["dataset", "scaling"],
                by: .string(DatasetConfiguration.ScalingRule.ofModel.rawValue))
        }
        let command =
            request.command.isEmpty ? "ranvier adapt" : request.command.joined(separator: " ")
        try directory.write(
            StoredConfiguration.sealed(
                resolved.prepending("version", .string(ToolVersion.current)).yaml(
                    header:
                        "The configuration of the run that this one came from; then its network went on with other data:\n"
                        + "\(command)\n"
                        + "The data below are those that it learned from first, from sensors as they were."
                )),
            to: .configuration)
        try TrainingCheckpoint(parameters: outcome.model.parameters)
            .write(to: directory.url(of: .model))
        try directory.write(
            StoredJSON.sealed(
                ModelDescription(
                    of: outcome.model, method: configuration.methodName, seed: configuration.seed),
                isPretty: true), to: .architecture)
        try directory.restoreMetrics(stored.state.reports)
    }

    private func measure(
        _ outcome: AdaptationOutcome, rule: (any LocalRule)?, in directory: RunDirectory
    ) throws -> CommandOutcome {
        let configuration = stored.configuration
        // On new samples where something is right or wrong about them, else on old ones, from sensors as they were.
        let (model, test, before) =
            outcome.new.map { (outcome.model, $0.samples, Optional($0.before)) }
            ?? outcome.old.map { (outcome.unfollowed, $0.samples, Optional($0.before)) }
            ?? (outcome.model, samples.data.stream, nil)
        var subject = configuration.subject()
        subject.name = directory.url.lastPathComponent
        if outcome.new != nil || outcome.old == nil { subject.dataset = samples.name }
        let observer = RunObserver(events: events, what: "measuring", directory: nil)
        let measurement = try ModelMeasurement(
            of: model, as: subject, on: test, measures: configuration.measures,
            training: stored.state, samples: stored.trainingSamples, observer: observer)
        let warnings = observer.warnings + measurement.evaluation.doubts
        var result = measurement.result(
            beside: try before.map {
                [
                    try measurement.rival(
                        stored.folder.lastPathComponent, detail: "the network before it went on",
                        answering: $0)
                ]
            } ?? [], warnings: warnings)
        let record = try record(outcome, rule: rule)
        result.adaptation = record
        for warning in result.warnings { events.warning(warning) }
        let content = try ReportBuilder(
            configuration: configuration,
            data: DatasetConfiguration.Splits(
                training: outcome.model.prepared(samples.data.stream), test: model.prepared(test)),
            command: request.command
        ).content(
            result, measurement: measurement, model: model, state: stored.state,
            diagnostics: [record.diagnostic])
        try directory.write(content.result.sealedJSON(), to: .result)
        try directory.write(content.sealedJSON(), to: .reportContent)
        let report = HTMLReport(content, sections: parts.reportSections)
        try directory.write(report.render(), to: .report)
        for figure in report.figures {
            try directory.writeFigure(figure.chart.svg(), named: figure.name)
        }
        return CommandOutcome(
            text: AdaptSummary(record: record, directory: directory.url).text, value: result)
    }

    private func record(
        _ outcome: AdaptationOutcome, rule: (any LocalRule)?
    ) throws -> AdaptationRecord {
        func change(_ judgement: AdaptationOutcome.Judgement?) throws -> AdaptationRecord.Change? {
            guard let judgement, let before = judgement.before.measures.first,
                let after = judgement.after.measures.first
            else { return nil }
            return AdaptationRecord.Change(
                samples: judgement.samples.count, before: before, after: after,
                difference: try judgement.after.differences(from: judgement.before).first)
        }
        let names = stored.model.signature.featureNames
        let hasNames = names?.count == outcome.follower?.channels
        return AdaptationRecord(
            origin: request.run.lastPathComponent, data: samples.name,
            drift: request.drift?.description, rule: rule.map { type(of: $0).kind },
            settings: request.options.configurationValue,
            rehearsal: samples.data.rehearsal?.count ?? 0,
            samples: samples.data.stream.count * request.options.passes, lessons: outcome.lessons,
            reference: outcome.follower?.reference.source,
            missingChannels: outcome.missingChannels.map { channel in
                names.flatMap { hasNames ? $0[channel] : nil } ?? "input \(channel + 1)"
            }, gained: try change(outcome.new), kept: try change(outcome.old),
            returning: outcome.returning?.measures.first, measure: outcome.measure,
            checks: outcome.checks.map {
                AdaptationRecord.Check(
                    samples: $0.samples, new: $0.new, old: $0.old, isRolledBack: $0.isRolledBack)
            }, notes: outcome.notes)
    }
}

extension ConfigurationValue {
    /// The same with another value at a path, whose sections are made where they are missing.
    fileprivate func replacing(
        _ path: ArraySlice<String>, by value: ConfigurationValue
    ) -> ConfigurationValue {
        guard let key = path.first else { return value }
        var entries: [Entry] = if case .section(let own) = self { own } else { [] }
        let place = entries.firstIndex { $0.key == key }
        let inner = (place.map { entries[$0].value } ?? .section([]))
            .replacing(path.dropFirst(), by: value)
        if let place {
            entries[place] = .init(key, inner)
        } else {
            entries.append(.init(key, inner))
        }
        return .section(entries)
    }
}
