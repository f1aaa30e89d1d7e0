import RanvierConfiguration

/// Gradients that vanish or explode on their way back through the layers.
struct GradientCheckOfLayers: TrainingCheck {
    func findings(in evidence: TrainingEvidence) -> [Finding] {
        let steps = evidence.firstStep.filter { $0.name.hasSuffix("weights") }
        let gradients = steps.compactMap(\.gradient)
        guard steps.count > 1, gradients.count == steps.count, let last = gradients.last else {
            return []
        }
        if let place = gradients.firstIndex(where: { !$0.isFinite }) {
            return [
                Finding(
                    "The gradient of '\(steps[place].name)' is no number",
                    evidence: "\(gradients[place]) on a batch of training samples",
                    advice: "scale the inputs, or clip gradients with --set training.clipping=norm",
                    severity: .critical)
            ]
        }
        if let place = gradients.indices.last(where: { gradients[$0] == 0 }) {
            return [
                Finding(
                    "No gradient reaches '\(steps[place].name)'",
                    evidence: "exactly 0 on a batch of training samples, \(number(last)) at "
                        + "'\(steps[steps.count - 1].name)'",
                    advice: "neurons behind it are too far from their threshold for the surrogate "
                        + "derivative, or silent: raise their input, or take a surrogate with long "
                        + "tails such as 'arctangent'", severity: evidence.severity(.serious))
            ]
        }
        guard let first = gradients.first else { return [] }
        if first < 1e-4 * last {
            return [
                Finding(
                    "Gradients vanish on their way to the first layer",
                    evidence: "\(number(first)) at '\(steps[0].name)', \(number(last)) at "
                        + "'\(steps[steps.count - 1].name)'",
                    advice: "use fewer layers, residual blocks, batch normalisation, or a wider "
                        + "surrogate derivative", severity: evidence.severity(.serious))
            ]
        }
        if first > 1e4 * last {
            return [
                Finding(
                    "Gradients explode on their way to the first layer",
                    evidence: "\(number(first)) at '\(steps[0].name)', \(number(last)) at "
                        + "'\(steps[steps.count - 1].name)'",
                    advice:
                        "scale the inputs, clip gradients with --set training.clipping=norm, or "
                        + "cut sequences with --set training.truncation=20",
                    severity: evidence.severity(.serious))
            ]
        }
        return []
    }

    private func number(_ value: Double) -> String { NumberText.significant(value, digits: 2) }
}
