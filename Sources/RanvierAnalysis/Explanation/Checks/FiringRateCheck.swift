import RanvierConfiguration
import RanvierLearning

/// Layers that never fire, or always do.
struct FiringRateCheck: TrainingCheck {
    /// A layer counts as silent if that share of its neurons never fires.
    private let silentShare = 0.99
    /// A layer counts as saturated if a neuron fires at that share of the steps.
    private let saturatedRate = 0.9

    func findings(in evidence: TrainingEvidence) -> [Finding] {
        var found: [Finding] = []
        for (index, before) in evidence.layersBefore.enumerated() {
            let after = evidence.layersAfter.flatMap { layers in
                layers.first { $0.name == before.name }
            }
            let layer = after ?? before
            let feeds =
                index == 0 ? "the input" : "the layer '\(evidence.layersBefore[index - 1].name)'"
            if isSilent(layer) {
                // Behind a silent layer all are; the first one is named.
                if index > 0, found.contains(where: { $0.finding.contains("silent") }) { continue }
                found.append(silent(layer, from: before, fedBy: feeds, evidence))
            } else if isSaturated(layer) {
                found.append(saturated(layer, from: before, evidence))
            } else if isSilent(before) {
                found.append(
                    Finding(
                        "Layer '\(layer.name)' was silent before training and is not any more",
                        evidence: "rate \(rate(before)) before, \(rate(layer)) after",
                        advice: "larger first weights would save epochs: "
                            + gain(evidence), severity: .minor))
            } else if layer.silentNeurons >= 0.5 {
                found.append(
                    Finding(
                        "Half of layer '\(layer.name)' never fires",
                        evidence: "\(NumberText.percent(layer.silentNeurons)) of \(layer.neurons) "
                            + "neurons are silent on the samples looked at",
                        advice: "fewer neurons would do, or a lower threshold", severity: .minor))
            }
        }
        return found
    }

    private func silent(
        _ layer: LayerActivity, from before: LayerActivity, fedBy: String,
        _ evidence: TrainingEvidence
    ) -> Finding {
        let wasAlive = !isSilent(before)
        return Finding(
            wasAlive
                ? "Layer '\(layer.name)' fell silent during training"
                : "Layer '\(layer.name)' is silent",
            evidence: "\(NumberText.percent(layer.silentNeurons)) of its neurons never fire"
                + (wasAlive ? ", \(NumberText.percent(before.silentNeurons)) before training" : ""),
            advice: "nothing that it is shown gets through to the answers. "
                + (wasAlive
                    ? "Lower the learning rate, or clip gradients with --set training.clipping=norm"
                    : "What comes from \(fedBy) does not reach the threshold: larger first weights, "
                        + gain(evidence) + threshold(evidence)),
            severity: evidence.severity(wasAlive ? .serious : .critical))
    }

    private func saturated(
        _ layer: LayerActivity, from before: LayerActivity, _ evidence: TrainingEvidence
    ) -> Finding {
        let began = isSaturated(before)
        return Finding(
            began
                ? "Layer '\(layer.name)' is saturated"
                : "Layer '\(layer.name)' became saturated during training",
            evidence:
                "its neurons fire at \(rate(layer)) of the steps, \(rate(before)) before training",
            advice: "it answers all samples alike. "
                + (began
                    ? "Scale the inputs, or make the first weights smaller, " + gain(evidence, 0.3)
                    : "Lower the learning rate, or clip gradients with --set training.clipping=norm"),
            severity: evidence.severity(began ? .critical : .serious))
    }

    private func isSilent(_ layer: LayerActivity) -> Bool { layer.silentNeurons >= silentShare }

    private func isSaturated(_ layer: LayerActivity) -> Bool {
        layer.steps > 1 && layer.rate >= saturatedRate
    }

    private func rate(_ layer: LayerActivity) -> String { NumberText.percent(layer.rate) }

    private func number(_ value: ConfigurationValue) -> Double? {
        switch value {
        case .float(let value): value
        case .integer(let value): Double(value)
        case .null, .boolean, .string, .list, .section: nil
        }
    }

    private func gain(_ evidence: TrainingEvidence, _ factor: Double = 3) -> String {
        for key in ["gain", "initial-scale"] {
            if let setting = evidence.settings.first(where: { $0.key == key }),
                let value = number(setting.value)
            {
                let better = factor > 1 ? max(value * factor, factor) : min(value * factor, factor)
                return "--set \(setting.path)=\(NumberText.shortest(better))"
            }
        }
        return "by the option 'gain' of its synapses"
    }

    private func threshold(_ evidence: TrainingEvidence) -> String {
        guard let setting = evidence.settings.first(where: { $0.key == "threshold" }),
            let value = number(setting.value), value > 1
        else { return ", or a lower threshold" }
        return ", or a lower threshold, --set \(setting.path)=1"
    }
}
