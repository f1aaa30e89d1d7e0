import RanvierNetworks
import RanvierTensors

extension EarlyStop {
    /// Follows the losses of a run; made anew from the reports when a run resumes.
    package struct Progress {
        let rule: EarlyStop?
        package private(set) var best: [String: Tensor]?
        private var lowest = Double.infinity
        private var epochsSince = 0

        package init(rule: EarlyStop?, history: [EpochReport]) {
            self.rule = rule
            for report in history { note(report) }
        }

        package var isDone: Bool { rule.map { epochsSince >= $0.patience } ?? false }

        package mutating func take(_ report: EpochReport, parameters: [Parameter]) {
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
