import RanvierConfiguration

/// One answer to all samples though they are of several classes.
struct OneAnswerCheck: TrainingCheck {
    func findings(in evidence: TrainingEvidence) -> [Finding] {
        let answers = evidence.answerCounts, total = answers.reduce(0, +)
        let classes = evidence.testCounts.count { $0 > 0 }
        // Where one class is nearly all there is, that is said of the classes.
        guard total > 0, classes > 1, evidence.majority < 0.8,
            let largest = answers.indices.max(by: { answers[$0] < answers[$1] })
        else { return [] }
        let share = Double(answers[largest]) / Double(total)
        let own =
            Double(evidence.testCounts[largest])
            / Double(max(evidence.testCounts.reduce(0, +), 1))
        guard share >= 0.95, share > own + 0.2 else { return [] }
        return [
            Finding(
                "The network gives one answer to nearly all samples, '\(evidence.classNames[largest])'",
                evidence:
                    "\(NumberText.percent(share)) of the answers, \(NumberText.percent(own)) of the test samples",
                advice:
                    "it does not use its input: the findings above say why, if any do; else look "
                    + "at the labels with `ranvier data check`", severity: .serious)
        ]
    }
}
