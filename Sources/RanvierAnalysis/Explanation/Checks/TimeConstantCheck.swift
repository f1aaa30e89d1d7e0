import Foundation
import RanvierConfiguration

/// Membranes that forget within a step or long before a sequence ends, and delays beyond it.
struct TimeConstantCheck: TrainingCheck {
    func findings(in evidence: TrainingEvidence) -> [Finding] {
        guard let step = evidence.timeStep else { return [] }
        var found: [Finding] = []
        let constants = evidence.times.filter { $0.key.hasSuffix("time-constant") }
        let short = constants.filter { $0.seconds < step }
        if let worst = short.min(by: { $0.seconds < $1.seconds }) {
            found.append(
                Finding(
                    "A time constant is shorter than a step",
                    evidence: "\(worst.place) is \(NumberText.seconds(worst.seconds)), a step "
                        + "\(NumberText.seconds(step)): \(NumberText.percent(exp(-step / worst.seconds))) "
                        + "is left after one"
                        + (short.count > 1 ? " (\(short.count) such constants)" : ""),
                    advice: "the neurons remember nothing; both are seconds. Try "
                        + evidence.option(
                            worst.key,
                            NumberText.shortest(20 * step).replacing("\u{202F}", with: ""),
                            usual: worst.key),
                    severity: evidence.severity(.serious)))
        }
        if evidence.isSequence, short.isEmpty, let longest = constants.map(\.seconds).max(),
            longest < 0.02 * evidence.duration
        {
            found.append(
                Finding(
                    "The network forgets long before a sequence ends",
                    evidence: "the longest time constant is \(NumberText.seconds(longest)), a "
                        + "sequence takes \(NumberText.seconds(evidence.duration))",
                    advice: "what came early cannot be told at the end: longer time constants, "
                        + "recurrent layers, or shorter windows",
                    severity: evidence.severity(.serious)))
        }
        for delay in evidence.times
        where delay.key == "maximum-delay" && delay.seconds > evidence.duration {
            found.append(
                Finding(
                    "Delays reach beyond the end of a sample",
                    evidence:
                        "\(delay.place) is \(NumberText.seconds(delay.seconds)), a sample takes "
                        + "\(NumberText.seconds(evidence.duration))",
                    advice: "what is delayed that far never arrives; lower it with "
                        + evidence.option(
                            delay.key,
                            NumberText.shortest(evidence.duration / 2)
                                .replacing("\u{202F}", with: ""), usual: delay.key),
                    severity: evidence.severity(.serious)))
        }
        return found
    }
}
