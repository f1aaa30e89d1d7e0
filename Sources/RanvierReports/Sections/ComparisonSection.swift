import RanvierAnalysis
import RanvierConfiguration
import RanvierLearning

/// All numbers, beside those of the baseline.
struct ComparisonSection: ReportSection {
    func write(_ content: ReportContent, on main: inout HTMLWriter) {
        let result = content.result
        let lead =
            content.baseline == nil
            ? "No conventional network (ANN) was trained beside this run."
            : "The ANN has the same shape and was trained on the same data."
        let measure = result.measures.first?.title ?? "Quality"
        main.section("\(measure), energy, memory and latency", lead: lead) { section in
            let caption =
                "Test set of \(NumberText.count(result.test.samples)) samples. "
                + "Energy, operations and latency are per decision."
            guard let baseline = content.baseline else {
                section.table(
                    caption: caption, header: ["Measure", result.displayModel],
                    rows: RunMeasures.rows(of: result))
                return
            }
            section.table(
                caption: caption,
                header: [
                    "Measure", result.displayModel, baseline.displayModel,
                    "\(result.displayModel) against \(baseline.displayModel)",
                ],
                rows: RunMeasures.rows(of: result, beside: baseline))
        }
    }
}
