import RanvierConfiguration
import RanvierLearning

/// Which classes are taken for which.
struct MistakesSection: ReportSection {
    func write(_ content: ReportContent, on main: inout HTMLWriter) {
        guard let confusion = content.confusion, let chart = content.confusionChart else { return }
        main.section("What it confuses") { section in
            section.figures { figures in
                figures.figure(chart, caption: "on the test set, in samples.")
                figures.container("div", style: "keep") { side in
                    writeMistakes(confusion, names: chart.classNames, on: &side)
                }
            }
        }
    }

    func figures(of content: ReportContent) -> [ReportFigure] {
        content.confusionChart.map { [ReportFigure(name: "confusion", chart: $0)] } ?? []
    }

    private func writeMistakes(
        _ matrix: ConfusionMatrix, names: [String], on side: inout HTMLWriter
    ) {
        var mistakes: [(count: Int, truth: Int, prediction: Int)] = []
        for truth in 0..<matrix.classes {
            for prediction in 0..<matrix.classes
            where truth != prediction && matrix.counts[truth][prediction] > 0 {
                mistakes.append((matrix.counts[truth][prediction], truth, prediction))
            }
        }
        guard !mistakes.isEmpty else {
            side.element("p", "No test sample was taken for another class.")
            return
        }
        mistakes.sort { ($1.count, $0.truth, $0.prediction) < ($0.count, $1.truth, $1.prediction) }
        side.table(
            caption: "Most frequent mistakes",
            header: ["True class", "Taken for", "Samples", "Share"],
            rows: mistakes.prefix(8).map { mistake in
                let total = matrix.counts[mistake.truth].reduce(0, +)
                return [
                    names[mistake.truth], names[mistake.prediction],
                    NumberText.count(mistake.count),
                    NumberText.percent(Double(mistake.count) / Double(total)),
                ]
            }, textColumns: [1])
    }
}
