import Foundation
import RanvierConfiguration
import RanvierLearning

/// What a sweep came to, as `sweep.json` and `--json` tell it.
struct SweepOutcome: Encodable, Sendable {
    let configuration: String
    let rows: [SweepRow]
    let choice: SweepChoice
    let page: String
    let table: String

    var runs: [SweepRun] { rows.flatMap(\.runs) }

    /// Names of runs that failed, each with its error.
    var failures: [(name: String, message: String, status: ExitStatus)] {
        runs.compactMap { run in
            guard case .failed(let message, let status) = run.outcome else { return nil }
            return (run.plan.name, message, status)
        }
    }

    /// Differences of each setting to the first, in its most important test measure and in what settings are chosen by.
    var differences: [(row: SweepRow, difference: SweepDifference)] {
        guard let first = rows.first else { return [] }
        return rows.dropFirst().flatMap { row in
            [row.main, row.choosing].compactMap { measure in
                measure.flatMap { SweepDifference($0, from: first.measure($0.name)) }
                    .map { (row, $0) }
            }
        }
    }

    // MARK: - JSON

    private enum Key: CodingKey {
        case configuration, settings, differences, best, reason, runs, failed, page, table
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(configuration, forKey: .configuration)
        try container.encode(rows.map(Setting.init), forKey: .settings)
        try container.encode(differences.map(Difference.init), forKey: .differences)
        try container.encode(choice.best.map { Best($0, choice) }, forKey: .best)
        try container.encode(choice.reason, forKey: .reason)
        try container.encode(rows.flatMap(Run.all), forKey: .runs)
        try container.encode(failures.map(\.name), forKey: .failed)
        try container.encode(page, forKey: .page)
        try container.encode(table, forKey: .table)
    }

    private struct Setting: Encodable {
        let values: ConfigurationValue
        let seeds: [UInt64]
        let measures: [SweepMeasure]

        init(_ row: SweepRow) {
            (values, seeds, measures) = (row.values, row.seeds, row.measures)
        }
    }

    private struct Difference: Encodable {
        let values: ConfigurationValue
        let measure: String
        let mean: Double
        let interval: [Double]?
        let differences: [Double]

        init(_ pair: (row: SweepRow, difference: SweepDifference)) {
            values = pair.row.values
            measure = pair.difference.measure.name
            mean = pair.difference.mean
            interval = pair.difference.interval.map { [$0.lowerBound, $0.upperBound] }
            differences = pair.difference.values
        }

        private enum Key: CodingKey { case values, measure, mean, interval, differences }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(values, forKey: .values)
            try container.encode(measure, forKey: .measure)
            try container.encode(mean, forKey: .mean)
            try container.encode(interval, forKey: .interval)
            try container.encode(differences, forKey: .differences)
        }
    }

    private struct Best: Encodable {
        let values: ConfigurationValue
        let measure: String?
        let mean: Double?
        let deviation: Double?
        let isWithinChance: Bool?

        init(_ row: SweepRow, _ choice: SweepChoice) {
            values = row.values
            measure = choice.measure?.name
            mean = choice.measure?.mean
            deviation = choice.measure?.deviation
            isWithinChance =
                choice.measure.flatMap { measure in
                    SweepDifference(measure, from: choice.second?.measure(measure.name))
                }?.isWithinChance
        }
    }

    private struct Run: Encodable {
        let name: String
        let folder: String
        let values: ConfigurationValue
        let seed: UInt64
        let status: String
        let message: String?
        let measures: [Measure]

        static func all(_ row: SweepRow) -> [Run] {
            row.runs.map { run in
                var message: String?
                if case .failed(let text, _) = run.outcome { message = text }
                return Run(
                    name: run.plan.name, folder: run.plan.folder.relativePath, values: row.values,
                    seed: run.plan.seed, status: message == nil ? "finished" : "failed",
                    message: message, measures: run.measures.map(\.measure))
            }
        }
    }
}
