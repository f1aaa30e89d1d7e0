import RanvierAnalysis
import RanvierConfiguration

/// Spikes of one sample, and rates of all layers.
struct SpikesSection: ReportSection {
    func write(_ content: ReportContent, on main: inout HTMLWriter) {
        let result = content.result
        let spikes = NumberText.significant(result.activity.spikesPerSample)
        let lead =
            result.hasSpikes
            ? "\(spikes) spikes per decision, over all layers." : "This network does not spike."
        main.section("How it spikes", lead: lead) { section in
            section.figures { figures in
                if let sample = content.sample, let chart = content.rasterChart {
                    figures.figure(
                        chart,
                        caption: sample.label.isEmpty
                            ? "The answer was \(sample.prediction)."
                            : "Right would be \(sample.label), the answer was \(sample.prediction)."
                    )
                }
                figures.figure(content.ratesChart, caption: "mean over the test set.")
            }
        }
    }

    func figures(of content: ReportContent) -> [ReportFigure] {
        (content.rasterChart.map { [ReportFigure(name: "spikes", chart: $0)] } ?? [])
            + [ReportFigure(name: "firing-rates", chart: content.ratesChart)]
    }
}
