import Foundation
import RanvierLearning
import RanvierRuns
import RanvierTensors

/// Follows the training of a run: tells progress, writes metrics and checkpoints, hears Ctrl-C.
final class RunObserver: TrainingObserver {
    private let events: WorkEvents
    private let what: String
    private let directory: RunDirectory?
    private var warned: Set<String> = []
    private(set) var warnings: [String] = []

    /// - Parameters:
    ///   - what: what is trained, for messages.
    ///   - directory: where metrics and checkpoints go; nil for neither.
    init(events: WorkEvents, what: String, directory: RunDirectory?) {
        self.events = events
        self.what = what
        self.directory = directory
    }

    var shouldStop: Bool { events.cancellation.isRequested }

    func didFinishStep(_ step: Int, of steps: Int, epoch: Int, of epochs: Int) {
        let done = (Double(epoch - 1) + Double(step) / Double(steps)) / Double(epochs)
        events.progress(
            .init(fraction: done, message: "\(what): epoch \(epoch) of \(epochs)"))
    }

    func didFinish(
        _ report: EpochReport, state: TrainingState, parameters: [String: Tensor]
    ) throws {
        // A layer is named once, not at every epoch.
        for warning in report.warnings {
            let place = warning.prefix { $0 != ":" }
            if warned.insert(String(place)).inserted {
                events.warning(warning)
                warnings.append(warning)
            }
        }
        for note in report.notes { events.note(note) }
        events.progress(
            .init(fraction: 1, message: "\(what): \(Self.line(report))", isMilestone: true))
        guard let directory else { return }
        let checkpoint = TrainingCheckpoint(parameters: parameters, state: state)
        try checkpoint.write(to: directory.url(of: .checkpoint))
        try directory.appendMetrics(report)
    }

    private static func line(_ report: EpochReport) -> String {
        func number(_ value: Double, _ digits: Int) -> String {
            String(format: "%.\(digits)f", value)
        }
        var parts = ["epoch \(report.epoch)", "loss \(number(report.trainingLoss, 4))"]
        for (name, value) in report.training.sorted(by: { $0.key < $1.key }) where name != "loss" {
            parts.append("\(name) \(number(value, 4))")
        }
        for (name, value) in report.validation.sorted(by: { $0.key < $1.key })
        where report.training[name] != nil {
            parts.append("validation \(name) \(number(value, 4))")
        }
        return (parts + ["\(number(report.seconds, 2)) s"]).joined(separator: ", ")
    }
}
