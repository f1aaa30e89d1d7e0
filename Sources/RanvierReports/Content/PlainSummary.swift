import RanvierAnalysis
import RanvierConfiguration
import RanvierLearning

/// A run in three plain sentences: what it is worth, how dear, how sure.
package struct PlainSummary {
    private let result: RunResult

    package init(_ result: RunResult) {
        self.result = result
    }

    /// Exactly three sentences.
    package var sentences: [String] { [accuracy, cost, certainty] }

    private var network: String {
        result.hasSpikes ? "spiking network" : "conventional network (ANN)"
    }

    private var accuracy: String {
        guard let own = result.measures.first, own.value.isFinite else {
            return "The \(network) gave no usable test result, so nothing can be said about how "
                + "good it is."
        }
        let start = "The \(network) \(result.headline)"
        // With rivals, the headline is the verdict on all of them.
        guard result.rivals.allSatisfy(\.differences.isEmpty) else { return start + "." }
        guard let other = result.baseline?.measures[own.name], other.value.isFinite else {
            return start + "; no conventional network (ANN) was trained to compare it with."
        }
        return start + ", " + verdict(own, other) + "."
    }

    private func verdict(_ own: Measure, _ other: Measure) -> String {
        let difference = own.value - other.value
        let rival = "the conventional network (ANN) of the same shape"
        guard own.unit == Measure.share else {
            return "against \(other.text) of \(rival)"
        }
        guard abs(difference) >= 0.0005 else { return "as many as \(rival)" }
        let direction = difference > 0 ? "more" : "fewer"
        return "\(NumberText.points(difference)) \(direction) than \(rival), which reached "
            + NumberText.percent(other.value)
    }

    private var cost: String {
        let energy = result.energy.picojoulesPerSample
        let memory = Double(result.memory.weightBytes + result.memory.stateBytes)
        let time = NumberText.seconds(result.latency.secondsPerSample)
        var parts = "The arithmetic of one decision takes an estimated "
        parts += energy.isFinite ? NumberText.energy(picojoules: energy) : "unknown energy"
        if let baseline = result.baseline {
            let arithmetic = Self.ratio(energy, baseline.energy.picojoulesPerSample)
            let full = Self.ratio(
                result.energy.withMemoryPicojoules, baseline.energy.withMemoryPicojoules)
            if let arithmetic {
                parts += ", \(arithmetic) the ANN"
                if let full { parts += " (\(full) the ANN once memory traffic is counted)" }
            }
        }
        parts += analogInput
        parts += ", and the network needs \(NumberText.bytes(memory)) for weights and state"
        parts += " and answers in \(time) on the machine that ran it."
        return parts
    }

    /// What values cost at the door of a network that spikes: they are multiplied, not added.
    private var analogInput: String {
        guard result.hasSpikes, let first = result.operations.layers?.first,
            first.input == .analog
        else { return "" }
        let count = NumberText.significant(first.multiplyAccumulate, digits: 3)
        return " (with \(count) multiply-accumulates in '\(first.name)', whose input is analog)"
    }

    private var certainty: String {
        guard let calibration = result.calibration else {
            return "It does not say how sure it is of each answer."
        }
        guard case let error = calibration.expectedCalibrationError, error.isFinite else {
            return "How far its stated confidence can be trusted could not be measured."
        }
        let verdict: String =
            switch error {
            case ..<0.02: "so its confidence can be taken at face value"
            case ..<0.05: "so its confidence is a fair guide"
            case ..<0.1: "so its confidence should be taken with caution"
            default: "so its confidence should not be used without recalibration"
            }
        var sentence =
            "Its stated confidence differs from its accuracy by \(NumberText.points(error)) on "
            + "average (expected calibration error)"
        if let other = result.baseline?.calibration?.expectedCalibrationError, other.isFinite {
            sentence += ", against \(NumberText.fixed(100 * other, decimals: 1)) for the ANN"
        }
        return sentence + ", " + verdict + "."
    }

    /// "5.2 times less than", "1.3 times more than" or "as much as"; nil where there is no ratio.
    package static func ratio(_ own: Double, _ other: Double) -> String? {
        guard own.isFinite, other.isFinite, own > 0, other > 0 else { return nil }
        let factor = own < other ? other / own : own / other
        guard factor >= 1.05 else { return "about as much as" }
        let text = NumberText.significant(factor, digits: factor < 100 ? 2 : 3)
        return "\(text) times \(own < other ? "less" : "more") than"
    }
}
