import RanvierAnalysis
import RanvierConfiguration
import RanvierLearning

/// What the network must beat, and whether it does.
struct RivalsSection: ReportSection {
    func write(_ content: ReportContent, on main: inout HTMLWriter) {
        let result = content.result
        guard !result.rivals.isEmpty else { return }
        let measures =
            result.measures.prefix(2)
            + RunMeasures.beyondChance.compactMap { result.measures[$0] }
        let columns = measures.reduce(into: [Measure]()) { all, measure in
            if all[measure.name] == nil { all.append(measure) }
        }
        main.section(
            "What it had to beat",
            lead: "The same test samples, the same measures, with intervals of 95 %."
        ) { section in
            section.table(
                caption:
                    "Difference: \(result.displayModel) less the other one, on the same samples, "
                    + "in \(columns.first?.label ?? "the first measure").",
                header: ["Model"] + columns.map(\.title) + ["Difference", "Verdict"],
                rows: [row(result.displayModel, result.measures, columns, nil)]
                    + result.rivals.map { rival in
                        row(
                            Self.title(rival), rival.measures, columns, rival.differences.first)
                    }, textColumns: [columns.count + 2])
            let details = result.rivals.filter { !$0.detail.isEmpty }
            guard !details.isEmpty else { return }
            section.element(
                "p", details.map { "\(Self.title($0)): \($0.detail)" }.joined(separator: "; ") + "."
            )
        }
    }

    private static func title(_ rival: RivalResult) -> String {
        switch rival.name {
        case "majority": "Most frequent class"
        case "mean": "Mean"
        case "last-value": "Last value"
        case "linear": "Linear model"
        case "neighbours": "Nearest neighbours"
        default: rival.name.uppercased()
        }
    }

    private func row(
        _ name: String, _ measures: [Measure], _ columns: [Measure],
        _ difference: MeasureDifference?
    ) -> [String] {
        let shown = difference.map { difference in
            let isShare = columns.first?.unit == Measure.share
            func text(_ value: Double) -> String {
                let number =
                    isShare
                    ? NumberText.fixed(100 * value, decimals: 2)
                    : NumberText.significant(value, digits: 3)
                return value > 0 ? "+" + number : number
            }
            let interval = difference.interval.map { $0.map(text).joined(separator: " to ") }
            return text(difference.value) + (isShare ? " points" : "")
                + (interval.map { " (\($0))" } ?? "")
        }
        let verdict: String
        switch difference?.verdict {
        case .better?: verdict = "✓ the network is better"
        case .worse?: verdict = "⚠ the network is worse"
        case .withinChance?: verdict = "⚠ within chance"
        case .undefined?, nil: verdict = "–"
        }
        return [name] + columns.map { measures[$0.name]?.textWithInterval ?? "–" }
            + [shown ?? "–", verdict]
    }
}
