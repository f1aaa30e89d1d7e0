import Foundation
import RanvierAnalysis
import RanvierConfiguration
import RanvierFormats
import RanvierLearning
import RanvierRuns

/// A run of a sweep with what came of it.
struct SweepRun: Sendable {
    let plan: PlannedRun
    let outcome: RunQueue.Outcome
    /// Nil where it failed.
    let result: RunResult?
    /// What the kept network reached on the validation part; empty where there is none.
    let validation: [String: Double]

    init(_ plan: PlannedRun, _ outcome: RunQueue.Outcome) {
        self.plan = plan
        switch outcome {
        case .failed:
            (self.outcome, result, validation) = (outcome, nil, [:])
        case .finished:
            result = plan.result
            self.outcome =
                result == nil
                ? .failed(
                    message: "its result.json is not there, or holds something else",
                    status: .badInput) : outcome
            validation = Self.keptEpoch(of: plan)?.validation ?? [:]
        }
    }

    /// The report of the epoch whose weights were kept: the best where an early stop puts them back, else the last.
    private static func keptEpoch(of plan: PlannedRun) -> EpochReport? {
        let reports = RunDirectory.metricsLines(in: plan.folder).compactMap {
            try? StoredJSON.value(EpochReport.self, from: Data($0.utf8))
        }
        guard plan.configuration.method.course.earlyStop?.restoresBest == true else {
            return reports.last
        }
        var best: (report: EpochReport, loss: Double)?
        for report in reports {
            let loss = report.validationLoss ?? report.trainingLoss
            if loss < best?.loss ?? .infinity { best = (report, loss) }
        }
        return best?.report ?? reports.last
    }

    /// What a run says of itself in numbers, the most important first.
    var measures: [(measure: Measure, part: SweepMeasure.Part)] {
        guard let result else { return [] }
        let test = result.measures
        var all = test.map { ($0, SweepMeasure.Part.test) }
        all.append((Measure("loss", result.test.loss, higherIsBetter: false), .test))
        let order = test.map(\.name)
        let names = validation.keys.sorted {
            (order.firstIndex(of: $0) ?? .max, $0) < (order.firstIndex(of: $1) ?? .max, $1)
        }
        for name in names {
            guard let value = validation[name] else { continue }
            let like = test[name] ?? Measure(name, value, higherIsBetter: false)
            let isKnown = test[name] != nil || name == "loss"
            all.append(
                (
                    Measure(
                        "validation-\(name)", value, unit: like.unit,
                        higherIsBetter: isKnown ? like.higherIsBetter : nil), .validation
                ))
        }
        for rival in result.rivals {
            guard var first = rival.measures.first else { continue }
            first.name = "\(rival.name)-\(first.name)"
            all.append((first, .baseline))
        }
        let costs: [(String, Double, String)] = [
            ("energy", result.energy.picojoulesPerSample, "pJ"),
            ("spikes", result.activity.spikesPerSample, ""),
            ("weights", Double(result.memory.weightBytes), "bytes"),
            ("training-time", result.training.seconds, "s"),
        ]
        return all
            + costs.map { (Measure($0.0, $0.1, unit: $0.2, higherIsBetter: false), .cost) }
    }
}
