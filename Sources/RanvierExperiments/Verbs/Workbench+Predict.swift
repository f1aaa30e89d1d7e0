import Foundation
import RanvierAnalysis
import RanvierConfiguration
import RanvierData
import RanvierFormats
import RanvierLearning
import RanvierReports
import RanvierRuns

extension Workbench {
    /// Answers the rows of a table one by one, as CSV and as one JSON object a line.
    ///
    /// Columns are taken by name where the model knows their names, else in order; others are left out and named in a warning.
    ///
    /// - Throws: `RunError`, `DataError`, `TrainingError.mismatch` where the table does not fit the model.
    public func predict(
        _ request: PredictRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        var lines: [String] = [], answers: [PredictedRow] = []
        try predict(request, events: events) { row in
            if answers.isEmpty { lines.append(row.csvHeader) }
            lines.append(row.csv)
            answers.append(row)
        }
        return CommandOutcome(text: lines.joined(separator: "\n"), lines: answers)
    }

    /// Answers the rows of a table as they are read; memory does not grow with the table.
    ///
    /// - Parameter body: takes each row's answer in order.
    /// - Throws: the same, and what `body` throws; ``InterruptedError`` where a stop is asked for.
    public func predict(
        _ request: PredictRequest, events: WorkEvents = WorkEvents(),
        body: (PredictedRow) throws -> Void
    ) throws {
        try withThreads(request.threads) {
            let stored = try StoredRun(request.run, registry: registry, warning: events.warning)
            try requireEffect(of: request, stored)
            let rows = try DataError.blamingFile {
                try stored.rows(request.data, events: events)
            }
            let least = try leastConfidence(request, stored, events)
            let task = stored.model.signature.task
            if stored.model.signature.timeStep != nil || !stored.isPerRow {
                events.note("a row's answer is that of the window that ends there")
            }
            if stored.horizon > 0 {
                events.note(
                    "a row's answer tells what is asked \(stored.horizon) "
                        + "\(stored.horizon == 1 ? "row" : "rows") later")
            }
            var outside = OutsideRange()
            try rows.forEachBatch(of: max(stored.model.batchSize, 1024)) { batch in
                if events.cancellation.isRequested {
                    throw InterruptedError(advice: "rows up to \(batch.firstRow) were answered")
                }
                let responses = try stored.model.answers(to: batch.samples)
                outside.take(batch)
                var next = 0
                for row in 0..<batch.rowCount {
                    let isAnswered = next < batch.ends.count && batch.ends[next] == row
                    try body(
                        PredictedRow(
                            row: batch.firstRow + row + 1, task: task,
                            answer: isAnswered ? responses.answers[next] : nil,
                            deviation: isAnswered ? responses.deviations?[next] : nil,
                            leastConfidence: least,
                            showsProbabilities: request.showsProbabilities))
                    if isAnswered { next += 1 }
                }
            }
            if let warning = outside.warning(for: stored.model.signature.scaling?.kind) {
                events.warning(warning)
            }
        }
    }

    /// Refuses what only answers with classes have.
    private func requireEffect(of request: PredictRequest, _ stored: StoredRun) throws {
        guard !stored.model.signature.task.tellsClasses else { return }
        let idle =
            request.showsProbabilities
            ? "--probabilities"
            : request.errorRate != nil
                ? "--error"
                : request.leastConfidence != PredictRequest.usualConfidence
                    ? "--least-confidence" : nil
        guard let idle else { return }
        throw DataError(
            .invalidParameter, at: idle, expected: "a run whose answers are classes",
            found: "one that predicts numbers", advice: "leave it out")
    }

    /// The confidence below which an answer is unsure: given, or chosen for a rate of errors by the validation samples.
    private func leastConfidence(
        _ request: PredictRequest, _ stored: StoredRun, _ events: WorkEvents
    ) throws -> Double {
        guard let rate = request.errorRate else { return request.leastConfidence }
        let selection = try stored.selectivePrediction(events: events)
        guard let choice = selection.choice(forErrorRate: rate) else {
            throw SelectionError(
                rate: rate, samples: selection.count, lowest: selection.lowestErrorRate)
        }
        events.note(
            "unsure below a confidence of \(String(format: "%.4f", choice.threshold)): of "
                + "\(selection.count) validation samples \(percent(choice.coverage)) are answered, "
                + "\(percent(choice.errorRate)) of these wrongly (at most \(percent(choice.bound)) "
                + "with a confidence of 90 %)")
        return choice.threshold
    }

    private func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
}

extension LearningTask {
    /// Whether answers are classes, with a confidence.
    fileprivate var tellsClasses: Bool {
        prediction(of: Array(repeating: 0, count: outputNames.count), deviation: nil).confidence
            != nil
    }
}

/// Counts rows that are far from what a model learned from.
private struct OutsideRange {
    private var rows = 0, far = 0, firstRow = 0

    mutating func take(_ batch: TableStream.Batch) {
        rows += batch.rowCount
        if far == 0, let first = batch.farRows.first { firstRow = batch.firstRow + first + 1 }
        far += batch.farRows.count
    }

    func warning(for kind: Scaling.Kind?) -> String? {
        guard far > 0 else { return nil }
        let what =
            kind == .minMax
            ? "outside the range of the training samples, to which they are clipped"
            : "more than \(Int(TableStream.farDeviations)) deviations from the mean of the training "
                + "samples"
        return
            "\(far) of \(rows) rows hold values \(what), the first is row \(firstRow): the model "
            + "has learned nothing about such values"
    }
}

/// A rate of errors that the validation samples cannot show.
public struct SelectionError: Error, CustomStringConvertible, ExitStatusProviding {
    let rate: Double
    let samples: Int
    let lowest: Double

    /// What was asked for, and what can be.
    public var description: String {
        "--error \(rate): expected a rate that the \(samples) validation samples of the run can show, "
            + "the lowest is \(String(format: "%.4f", lowest)); ask for a higher rate, or train with more "
            + "validation samples (`dataset.validation-fraction`)"
    }

    /// It was asked for.
    public var exitStatus: ExitStatus { .wrongUsage }
}

/// The answer to one row.
public struct PredictedRow: Encodable, Sendable {
    /// Row number, from 1.
    public let row: Int
    /// The answer; nil where a window is not full yet or a number is missing.
    public let prediction: Prediction?
    /// Whether the answer should not be relied on.
    public let isUnsure: Bool
    private let probabilities: [(name: String, value: Float)]
    private let hasClasses: Bool
    private let names: [String]

    init(
        row: Int, task: any LearningTask, answer: [Float]?, deviation: [Float]?,
        leastConfidence: Double, showsProbabilities: Bool
    ) {
        self.row = row
        prediction = answer.map { task.prediction(of: $0, deviation: deviation) }
        isUnsure = prediction.map { ($0.confidence ?? 1) < leastConfidence } ?? true
        hasClasses = task.tellsClasses
        names = showsProbabilities && hasClasses ? task.outputNames : []
        probabilities = zip(names, answer ?? []).map { (name: $0, value: $1) }
    }

    /// `row,prediction,confidence,unsure`, or with `deviation` where answers are values; then the classes.
    public var csvHeader: String {
        (["row", "prediction", hasClasses ? "confidence" : "deviation", "unsure"] + names)
            .map(\.quotedForCSV).joined(separator: ",")
    }

    /// The row's cells.
    public var csv: String {
        let certainty = prediction.flatMap { $0.confidence ?? $0.deviation }
        let values =
            probabilities.isEmpty ? names.map { _ in "" } : probabilities.map { "\($0.value)" }
        return
            (["\(row)", prediction?.text ?? "", certainty.map { "\($0)" } ?? "", "\(isUnsure)"]
            + values).map(\.quotedForCSV).joined(separator: ",")
    }

    /// The row as one line of JSON.
    public func json() throws -> String { try StoredJSON.text(self) }

    private enum Key: String, CodingKey {
        case row, prediction, confidence, deviation, unsure, probabilities
    }

    /// One object with the same names.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(row, forKey: .row)
        if let prediction {
            if !hasClasses, let value = Double(prediction.text) {
                try container.encode(value, forKey: .prediction)
            } else {
                try container.encode(prediction.text, forKey: .prediction)
            }
        } else {
            try container.encodeNil(forKey: .prediction)
        }
        if hasClasses {
            try container.encode(prediction?.confidence, forKey: .confidence)
        } else {
            try container.encode(prediction?.deviation, forKey: .deviation)
        }
        try container.encode(isUnsure, forKey: .unsure)
        if !probabilities.isEmpty {
            try container.encode(
                Dictionary(probabilities.map { ($0.name, $0.value) }) { first, _ in first },
                forKey: .probabilities)
        }
    }
}

extension String {
    /// The text as a cell of comma-separated values.
    fileprivate var quotedForCSV: String {
        contains { ",\"\n\r".contains($0) } ? "\"\(replacing("\"", with: "\"\""))\"" : self
    }
}
