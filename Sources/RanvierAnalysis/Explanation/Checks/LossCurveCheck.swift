import RanvierConfiguration
import RanvierLearning

/// A loss that stays, grows, swings, or still falls at the end.
struct LossCurveCheck: TrainingCheck {
    func findings(in evidence: TrainingEvidence) -> [Finding] {
        let losses = evidence.reports.map(\.trainingLoss)
        if evidence.nonFiniteWeights > 0 || losses.contains(where: { !$0.isFinite }) {
            return [
                Finding(
                    "Training ended in numbers that are none",
                    evidence: evidence.nonFiniteWeights > 0
                        ? "\(evidence.nonFiniteWeights) weights are not finite"
                        : "the loss is not finite",
                    advice:
                        "lower the learning rate, clip gradients with --set training.clipping=norm",
                    severity: .critical)
            ]
        }
        guard losses.count > 2, let first = losses.first, let last = losses.last,
            let least = losses.min()
        else { return [] }
        let curve =
            "from \(number(first)) in the first epoch to \(number(last)) in the last of \(losses.count)"
        let rate = "another learning rate"
        if last > 1.2 * first || (last > 1.5 * least && last > 0.9 * first) {
            return [
                Finding(
                    "The loss grows", evidence: curve + ", at best \(number(least))",
                    advice:
                        "training diverges: a lower learning rate, or --set training.clipping=norm",
                    severity: evidence.severity(.serious))
            ]
        }
        let moves = zip(losses.dropFirst(), losses).map { $0 - $1 }
        let turns = zip(moves.dropFirst(), moves).count { $0 * $1 < 0 }
        let size = moves.reduce(0) { $0 + abs($1) } / Double(moves.count)
        if losses.count > 4, Double(turns) > 0.6 * Double(moves.count - 1), size > 0.1 * least,
            last > 0.7 * first
        {
            return [
                Finding(
                    "The loss swings up and down",
                    evidence: "it turned \(turns) times in \(losses.count) epochs, \(curve)",
                    advice: "a lower learning rate, or larger batches",
                    severity: evidence.severity(.serious))
            ]
        }
        if last > 0.98 * first {
            return [
                Finding(
                    "The loss does not fall", evidence: curve,
                    advice: "nothing is learned: the findings above say why; else try \(rate)",
                    severity: evidence.severity(.serious))
            ]
        }
        let quarter = losses[losses.count - 1 - max(losses.count / 4, 1)]
        if last < 0.9 * quarter {
            return [
                Finding(
                    "The loss still falls at the end",
                    evidence: "\(curve); over the last quarter of them from \(number(quarter))",
                    advice: "go on longer: "
                        + evidence.option(
                            "epochs", "\(2 * max(evidence.plannedEpochs, losses.count))",
                            usual: "training.epochs"), severity: .minor)
            ]
        }
        return []
    }

    private func number(_ value: Double) -> String { NumberText.significant(value) }
}
