import RanvierConfiguration

/// Values far from the size that first weights are made for.
struct InputScalingCheck: TrainingCheck {
    func findings(in evidence: TrainingEvidence) -> [Finding] {
        let features = evidence.features
        let sizes = features.map { max(abs($0.lowest), abs($0.highest)) }
        guard let largest = sizes.indices.max(by: { sizes[$0] < sizes[$1] }) else { return [] }
        let deviations = features.map(\.deviation)
        let widest = deviations.max() ?? 0
        let narrowest = deviations.filter { $0 > 0 }.min() ?? 0
        let range =
            "'\(features[largest].name)' reaches from \(number(features[largest].lowest)) to "
            + "\(number(features[largest].highest))"
        let spread =
            narrowest > 0 && features.count > 1
            ? "; deviations lie between \(number(narrowest)) and \(number(widest))" : ""
        let scale = "--set dataset.scaling=standard"
        if widest == 0 {
            return [
                Finding(
                    "The network is shown the same of every sample",
                    evidence: "no feature varies among the training samples",
                    advice: "check the columns that are read as features", severity: .critical)
            ]
        }
        if sizes[largest] > 5 {
            guard !evidence.isScaled else {
                guard sizes[largest] > 20 else { return [] }
                return [
                    Finding(
                        "Some scaled values lie far outside",
                        evidence: "scaled, \(range)",
                        advice: "outliers drive the first layer into saturation: look at them with "
                            + "`ranvier data check`, and scale by a robust form", severity: .minor)
                ]
            }
            let isCritical = sizes[largest] > 20
            return [
                Finding(
                    "The features are not scaled", evidence: range + spread,
                    advice: "first weights and thresholds are made for values of about 1; larger "
                        + "ones saturate the first layer and hide the smaller features. Try \(scale)",
                    severity: evidence.severity(isCritical ? .critical : .serious))
            ]
        }
        if widest < 0.02 {
            return [
                Finding(
                    "The features hardly vary",
                    evidence: "the largest deviation is \(number(widest)); \(range)",
                    advice:
                        "what tells samples apart is lost beside threshold and bias. Try \(scale)",
                    severity: evidence.severity(.critical))
            ]
        }
        return []
    }

    private func number(_ value: Double) -> String { NumberText.significant(value) }
}
