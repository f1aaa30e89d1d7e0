import RanvierConfiguration

/// One class alone, a class that nearly all samples have, classes that are only in the test.
struct ClassBalanceCheck: TrainingCheck {
    func findings(in evidence: TrainingEvidence) -> [Finding] {
        let counts = evidence.trainingCounts
        let total = counts.reduce(0, +)
        guard total > 0, let largest = counts.indices.max(by: { counts[$0] < counts[$1] }) else {
            return []
        }
        let name = evidence.classNames[largest], share = NumberText.percent(evidence.majority)
        if counts[largest] == total {
            return [
                Finding(
                    "All training samples are of one class, '\(name)'",
                    evidence: "\(total) of \(total) training samples",
                    advice: "there is nothing to tell apart: check the label column, a limit that "
                        + "cuts off a sorted file, or the split",
                    severity: .critical)
            ]
        }
        var found: [Finding] = []
        let answers = evidence.answerCounts.reduce(0, +)
        let isOnlyAnswer =
            answers > 0 && Double(evidence.answerCounts[largest]) >= 0.99 * Double(answers)
        if evidence.majority >= 0.8 {
            found.append(
                Finding(
                    isOnlyAnswer
                        ? "The network has learned to answer the majority, '\(name)'"
                        : "Nearly all training samples are of the class '\(name)'",
                    evidence: "\(share) of the training samples"
                        + (isOnlyAnswer
                            ? ", and \(NumberText.percent(Double(evidence.answerCounts[largest]) / Double(answers))) of the answers"
                            : ""),
                    advice: "weight the classes, or draw as many samples of each; judge it by "
                        + "balanced accuracy and the recall of each class, not by accuracy",
                    severity: isOnlyAnswer ? .critical : .minor))
        }
        let unseen = evidence.testCounts.indices.filter {
            counts[$0] == 0 && evidence.testCounts[$0] > 0
        }
        if !unseen.isEmpty {
            let names = unseen.map { "'\(evidence.classNames[$0])'" }.joined(separator: ", ")
            found.append(
                Finding(
                    "Classes of the test have no training samples",
                    evidence:
                        "\(names): \(unseen.reduce(0) { $0 + evidence.testCounts[$1] }) test samples",
                    advice: "the network cannot know them: split by chance (stratified), or leave "
                        + "them out", severity: .serious))
        }
        return found
    }
}
