import Foundation
import RanvierConfiguration
import RanvierLearning

/// Steps that are longer than weights are large, or too short to get anywhere, and losses that are no number.
struct LearningRateCheck: TrainingCheck {
    /// A step of a hundredth of a weight is usual.
    private let usual = 0.01

    func findings(in evidence: TrainingEvidence) -> [Finding] {
        if let problem = evidence.firstStepProblem {
            return [
                Finding(
                    "The first step of training fails", evidence: problem,
                    advice: "scale the inputs, lower the learning rate, or clip gradients with "
                        + "--set training.clipping=norm", severity: .critical)
            ]
        }
        guard let step = evidence.largestChange else { return [] }
        let change = step.relativeChange
        let rate = value(evidence.learningRate?.value)
        let losses = evidence.reports.map(\.trainingLoss)
        let hasGrown = evidence.nonFiniteWeights > 0 || grows(losses)
        let percent =
            change >= 2
            ? "\(NumberText.significant(change)) times"
            : "\(NumberText.percent(change, decimals: change < 0.001 ? 4 : 1)) of"
        if change > 0.5 || (change > 0.1 && hasGrown) {
            return [
                Finding(
                    "The learning rate is far too large",
                    evidence: "the first step moves '\(step.name)' by \(percent) the size of "
                        + "such weights" + rateText(rate) + lossText(losses),
                    advice: "steps of about 1 % are usual; larger ones throw away what was learned "
                        + "and leave layers silent or saturated. Try "
                        + option(evidence, rate, factor: usual / change),
                    severity: evidence.severity(.critical))
            ]
        }
        let whole = change * Double(evidence.stepsPerEpoch * evidence.plannedEpochs)
        // Behind a silent layer nothing moves at any rate; that is said of the layer.
        let isSilent = evidence.layersBefore.contains { $0.silentNeurons >= 0.99 }
        if whole < 0.1, change.isFinite, !isSilent {
            let hasFallen = (losses.last ?? 0) < 0.8 * (losses.first ?? 0)
            return [
                Finding(
                    change == 0
                        ? "The first step of training changes nothing"
                        : "The learning rate is too small for so few steps",
                    evidence: "the first step moves '\(step.name)' by \(percent) the size of such "
                        + "weights, so the whole training by \(NumberText.percent(whole)) at most"
                        + rateText(rate) + lossText(losses),
                    advice: change == 0
                        ? "no gradient reaches the weights: see the other findings"
                        : "weights cannot get where they must. Try "
                            + option(evidence, rate, factor: usual / change),
                    severity: hasFallen
                        ? .minor : evidence.severity(change == 0 ? .serious : .critical))
            ]
        }
        return []
    }

    private func grows(_ losses: [Double]) -> Bool {
        guard let first = losses.first, let last = losses.last else { return false }
        return !last.isFinite || last > 1.5 * first
    }

    private func value(_ setting: ConfigurationValue?) -> Double? {
        switch setting {
        case .float(let value)?: value
        case .integer(let value)?: Double(value)
        case .null?, .boolean?, .string?, .list?, .section?, nil: nil
        }
    }

    private func rateText(_ rate: Double?) -> String {
        rate.map { ", at a learning rate of \(NumberText.shortest($0))" } ?? ""
    }

    private func lossText(_ losses: [Double]) -> String {
        guard let first = losses.first, let last = losses.last, losses.count > 1 else { return "" }
        return "; the loss went from \(NumberText.significant(first)) to "
            + "\(NumberText.significant(last))"
    }

    private func option(_ evidence: TrainingEvidence, _ rate: Double?, factor: Double) -> String {
        guard let rate, rate > 0, factor.isFinite else { return "another learning rate" }
        let exact = rate * factor
        let power = pow(10, floor(log10(exact)))
        let digit = (exact / power).rounded()
        return evidence.option(
            "learning-rate", "\(digit)e\(Int(log10(power).rounded()))".replacing(".0e", with: "e"),
            usual: "training.optimizer.adam.learning-rate")
    }
}
