extension EarlyStop {
    /// Follows the losses of a course; made anew from the reports when it resumes.
    struct Progress {
        let rule: EarlyStop?
        private var lowest = Double.infinity
        private var epochsSince = 0

        init(rule: EarlyStop?, history: [EpochReport]) {
            self.rule = rule
            for report in history { _ = take(report) }
        }

        var isDone: Bool { rule.map { epochsSince >= $0.patience } ?? false }

        /// Whether the epoch was the best so far; a loss that is no number never is.
        mutating func take(_ report: EpochReport) -> Bool {
            let loss = report.validationLoss ?? report.trainingLoss
            guard loss < lowest else {
                epochsSince += 1
                return false
            }
            lowest = loss
            epochsSince = 0
            return true
        }
    }
}
