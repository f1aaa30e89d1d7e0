import RanvierAnalysis
import RanvierConfiguration

/// Loss and measures over training.
struct LearningSection: ReportSection {
    func write(_ content: ReportContent, on main: inout HTMLWriter) {
        let training = content.result.training
        let lead =
            "\(NumberText.count(training.epochs)) epochs in "
            + "\(NumberText.seconds(training.seconds)), "
            + "\(NumberText.significant(training.samplesPerSecond)) samples per second."
        main.section("How it learned", lead: lead) { section in
            section.figures { figures in
                for figure in self.figures(of: content) { figures.figure(figure.chart) }
            }
        }
    }

    func figures(of content: ReportContent) -> [ReportFigure] {
        [ReportFigure(name: "learning-loss", chart: content.lossChart)] + content.learningCharts
    }
}
