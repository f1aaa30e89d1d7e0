import RanvierNetworks
import RanvierTensors

extension EarlyStop {
    /// Follows the losses of a run; made anew from the reports when a run resumes.
    struct Progress {
        let rule: EarlyStop?
        private(set) var best: [String: Tensor]?
        private var lowest = Double.infinity
        private var epochsSince = 0

        init(rule: EarlyStop?, history: [EpochReport]) {
            self.rule = rule
            for report in history { note(report) }
        }

        var isDone: Bool { rule.map { epochsSince >= $0.patience } ?? false }

        mutating func take(_ report: EpochReport, parameters: [Parameter]) {
            note(report)
            guard rule?.restoresBest == true, epochsSince == 0 else { return }
            best = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value) })
        }

        private mutating func note(_ report: EpochReport) {
            let loss = report.validationLoss ?? report.trainingLoss
            if loss < lowest {
                lowest = loss
                epochsSince = 0
            } else {
                epochsSince += 1
            }
        }
    }
}
