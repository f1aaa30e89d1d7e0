import RanvierAnalysis
import RanvierConfiguration
import RanvierLearning

/// How far stated probabilities can be believed.
struct CertaintySection: ReportSection {
    func write(_ content: ReportContent, on main: inout HTMLWriter) {
        main.section("How sure it is") { section in
            guard let chart = content.reliabilityChart else {
                section.element("p", "This run did not record how sure it was of each sample.")
                return
            }
            section.figures { figures in
                figures.figure(
                    chart,
                    caption: "Bars at the dashed line: the stated confidence is the accuracy.")
                figures.container("div", style: "keep") { side in
                    writeCalibration(content, on: &side)
                }
            }
        }
    }

    func figures(of content: ReportContent) -> [ReportFigure] {
        content.reliabilityChart.map { [ReportFigure(name: "reliability", chart: $0)] } ?? []
    }

    private func writeCalibration(_ content: ReportContent, on side: inout HTMLWriter) {
        let all = [content.result] + (content.baseline.map { [$0] } ?? [])
        func row(_ name: String, _ text: (Calibration) -> String) -> [String] {
            [name] + all.map { $0.calibration.map(text) ?? "–" }
        }
        side.table(
            caption: "Lower is better in every row",
            header: ["Measure"] + all.map(\.displayModel),
            rows: [
                row("Expected calibration error") {
                    NumberText.percent($0.expectedCalibrationError, decimals: 2)
                },
                row("Negative log-likelihood (nats)") {
                    NumberText.significant($0.negativeLogLikelihood)
                },
                row("Brier score (0 to 2)") { NumberText.significant($0.brier) },
            ])
        side.element(
            "p",
            "The expected calibration error is the mean distance between how sure the network says "
                + "it is and how often it is right, over "
                + "\(content.reliability?.bins.count ?? 15) equal bins of confidence.")
    }
}
