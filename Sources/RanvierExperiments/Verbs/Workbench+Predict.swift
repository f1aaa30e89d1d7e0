import Foundation
import RanvierData
import RanvierFormats
import RanvierLearning
import RanvierReports

extension Workbench {
    /// Answers the rows of a table one by one, as CSV and as one JSON object a line.
    ///
    /// Columns are taken by name where the model knows their names, else in order; others are left out and named in a warning.
    ///
    /// - Throws: `RunError`, `DataError`, `TrainingError.mismatch` where the table does not fit the model.
    public func predict(
        _ request: PredictRequest, events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        try withThreads(request.threads) {
            let stored = try StoredRun(request.run, registry: registry)
            let data = try stored.rows(request.data, events: events)
            let responses = try stored.model.answers(to: data)
            let task = stored.model.signature.task
            let answers = responses.answers.indices.map { row in
                PredictedRow(
                    row: row + 1, task: task, answer: responses.answers[row],
                    deviation: responses.deviations?[row], request: request)
            }
            let head = PredictedRow.head(task, request)
            let lines = [head] + answers.map { $0.cells(head: head) }
            return CommandOutcome(
                text: lines.map { $0.map(\.quotedForCSV).joined(separator: ",") }
                    .joined(separator: "\n"), lines: answers)
        }
    }
}

/// The answer to one row.
private struct PredictedRow: Encodable, Sendable {
    let row: Int
    let prediction: Prediction
    let probabilities: [(name: String, value: Float)]
    let isUnsure: Bool

    init(
        row: Int, task: any LearningTask, answer: [Float], deviation: [Float]?,
        request: PredictRequest
    ) {
        self.row = row
        prediction = task.prediction(of: answer, deviation: deviation)
        isUnsure = prediction.confidence.map { $0 < request.leastConfidence } ?? false
        probabilities =
            request.showsProbabilities && prediction.confidence != nil
            ? Array(zip(task.outputNames, answer)).map { (name: $0, value: $1) } : []
    }

    /// `row,prediction,confidence,unsure`, or with `deviation` where answers are values; then the classes.
    static func head(_ task: any LearningTask, _ request: PredictRequest) -> [String] {
        let hasClasses =
            task.prediction(
                of: Array(repeating: 0, count: task.outputNames.count), deviation: nil
            ).confidence != nil
        return ["row", "prediction", hasClasses ? "confidence" : "deviation", "unsure"]
            + (request.showsProbabilities && hasClasses ? task.outputNames : [])
    }

    func cells(head: [String]) -> [String] {
        let certainty = prediction.confidence ?? prediction.deviation
        return ["\(row)", prediction.text, certainty.map { "\($0)" } ?? "", "\(isUnsure)"]
            + probabilities.map { "\($0.value)" }
    }

    private enum Key: String, CodingKey {
        case row, prediction, confidence, deviation, unsure, probabilities
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(row, forKey: .row)
        if prediction.confidence == nil, let value = Double(prediction.text) {
            try container.encode(value, forKey: .prediction)
        } else {
            try container.encode(prediction.text, forKey: .prediction)
        }
        if let confidence = prediction.confidence {
            try container.encode(confidence, forKey: .confidence)
        } else {
            try container.encode(prediction.deviation, forKey: .deviation)
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
