import RanvierConfiguration
import RanvierLearning

/// A network that is no better than what does not look at the samples, or worse than a simple model.
struct BaselineCheck: TrainingCheck {
    func findings(in evidence: TrainingEvidence) -> [Finding] {
        var found: [Finding] = []
        // Overlapping windows or rare classes: accuracy alone may hide that one class is never found.
        for rival in evidence.rivals where rival.isTrivial || rival.name == "last-value" {
            guard let difference = rival.differences.first, difference.verdict != .better,
                difference.verdict != .undefined
            else { continue }
            found.append(
                Finding(
                    "The network is no better than \(rival.words)",
                    evidence: text(difference, rival),
                    advice:
                        "it has learned nothing that helps: look at the other findings; if there "
                        + "are none, the columns may not tell what is asked, rows that follow each "
                        + "other may need `dataset.window` (or single rows `window: null`), or there "
                        + "are too few samples",
                    severity: .critical))
        }
        for rival in evidence.rivals where rival.name == "linear" || rival.name == "neighbours" {
            guard let difference = rival.differences.first, difference.verdict == .worse else {
                continue
            }
            found.append(
                Finding(
                    "The network is worse than \(rival.words)", evidence: text(difference, rival),
                    advice: "the columns tell more than it uses: train longer (`--set "
                        + "training.epochs=…`), try another learning rate, more hidden neurons, or "
                        + "more steps",
                    severity: .serious))
        }
        return found
    }

    private func text(_ difference: MeasureDifference, _ rival: RivalResult) -> String {
        let own = rival.measures[difference.measure]?.text ?? "?"
        let value =
            rival.measures[difference.measure]?.unit == Measure.share
            ? "\(NumberText.points(difference.value)) \(difference.value < 0 ? "less" : "more")"
            : "a difference of \(NumberText.significant(difference.value))"
        return "\(difference.measure) of \(rival.words): \(own); the network has \(value)"
            + (difference.verdict == .withinChance ? ", which lies within chance" : "")
    }
}
