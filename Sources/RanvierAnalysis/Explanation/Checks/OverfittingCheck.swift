import RanvierConfiguration
import RanvierLearning

/// Training samples that are known by heart.
struct OverfittingCheck: TrainingCheck {
    func findings(in evidence: TrainingEvidence) -> [Finding] {
        var found: [Finding] = []
        let stops = evidence.settings.contains { $0.key == "early-stop" && $0.value != .null }
        let stop = evidence.option("early-stop", "5", usual: "training.early-stop")
        if let training = evidence.training, let test = evidence.test, training.name == test.name {
            let isShare = training.unit == Measure.share
            let isWorse =
                isShare
                ? training.value - test.value > 0.1
                    && !(test.interval.map { $0[0] <= training.value && training.value <= $0[1] }
                        ?? false)
                : training.higherIsBetter == false && test.value > 1.5 * training.value
            if isWorse {
                found.append(
                    Finding(
                        "It does much better on training samples than on others",
                        evidence:
                            "\(training.title) \(training.text) in training, \(test.text) in the test",
                        advice: "it learns by heart: more samples, fewer neurons, weight decay, or "
                            + stop + " with --set dataset.validation-fraction=0.1. Look too "
                            + "for a column that only training has right",
                        severity: .serious))
            }
        }
        let losses = evidence.reports.compactMap(\.validationLoss)
        if losses.count > 3, let last = losses.last, let least = losses.min(),
            let best = losses.firstIndex(of: least), last > 1.1 * least, best < losses.count - 1
        {
            found.append(
                Finding(
                    "The validation loss has risen again",
                    evidence: "from \(NumberText.significant(least)) after epoch \(best + 1) to "
                        + "\(NumberText.significant(last)) after epoch \(losses.count)",
                    advice: stops
                        ? "nothing: `early-stop` keeps the weights of the best epoch; more samples or "
                            + "fewer neurons may lower it further" : "stop earlier: \(stop)",
                    severity: stops ? .minor : .serious))
        }
        return found
    }
}
