import RanvierLearning

/// The setting to take, chosen on validation data alone, or why none is named.
struct SweepChoice: Sendable {
    let best: SweepRow?
    /// By what it was chosen.
    let measure: SweepMeasure?
    /// The next one.
    let second: SweepRow?
    /// In a sentence or two.
    let reason: String

    init(_ rows: [SweepRow]) {
        func none(_ reason: String) -> (SweepRow?, SweepMeasure?, SweepRow?, String) {
            (nil, nil, nil, reason)
        }
        (best, measure, second, reason) = {
            guard rows.count > 1 else { return none("") }
            let whole = rows.filter(\.isWhole)
            guard whole.count > 1 else {
                return none(
                    "No setting is recommended: fewer than two have all their seeds.")
            }
            guard let like = whole[0].choosing else {
                return none(
                    "No setting is recommended: there is no validation part, and a choice by test data "
                        + "makes the chosen one look better than it is. Hold out a part with "
                        + "--set dataset.validation-fraction=0.2.")
            }
            let ranked = whole.compactMap { row in row.measure(like.name).map { (row, $0) } }
                .filter { $0.1.mean.isFinite }
                .sorted {
                    like.higherIsBetter == true ? $0.1.mean > $1.1.mean : $0.1.mean < $1.1.mean
                }
            guard ranked.count > 1 else {
                return none("No setting is recommended: \(like.title) is no number.")
            }
            return (
                ranked[0].0, ranked[0].1, ranked[1].0,
                Self.sentence(ranked[0], ranked[1], leavingOut: rows.count - whole.count)
            )
        }()
    }

    private static func sentence(
        _ best: (SweepRow, SweepMeasure), _ second: (SweepRow, SweepMeasure), leavingOut: Int
    ) -> String {
        var text = "Best by \(best.1.words) alone: \(best.0.setting.label)"
        let lead = SweepDifference(best.1, from: second.1)
        switch lead?.isWithinChance {
        case true?:
            text += "; its lead over \(second.0.setting.label) lies within the chance of the seeds"
        case false?:
            text += "; its lead over \(second.0.setting.label) is beyond the chance of the seeds"
        case nil: text += "; whether its lead is chance is not known"
        }
        text += "."
        if leavingOut > 0 {
            text += " Settings of which a run failed were left out: \(leavingOut)."
        }
        return text
    }
}
