import RanvierAnalysis
import RanvierConfiguration
import RanvierLearning

/// A part of the report of a run.
///
///     struct Remarks: ReportSection {
///         func write(_ content: ReportContent, on page: inout HTMLWriter) {
///             page.section("Remarks") { $0.element("p", content.result.headline) }
///         }
///     }
///
/// A new one is one file, and a line where the command is put together.
public protocol ReportSection: Sendable {
    /// Writes the section; nothing where the run has nothing for it.
    func write(_ content: ReportContent, on page: inout HTMLWriter)

    /// The figures of the section, which are also written as files.
    func figures(of content: ReportContent) -> [ReportFigure]
}

extension ReportSection {
    /// None.
    public func figures(of content: ReportContent) -> [ReportFigure] { [] }
}

/// The sections of a report as it ships.
public enum ReportSections {
    /// In the order of the page.
    public static let standard: [any ReportSection] = [
        QuestionSection(), ComparisonSection(), LearningSection(), MistakesSection(),
        SpikesSection(), DiagnosticsSection(), CertaintySection(), EnergySection(),
        SettingsSection(),
    ]
}

/// What was asked: data, command, warnings.
struct QuestionSection: ReportSection {
    func write(_ content: ReportContent, on main: inout HTMLWriter) {
        main.section("What was asked") { section in
            section.element("p", content.datasetDescription)
            section.element("p", "The exact command that made this run:")
            section.code(content.command)
            if content.warnings.isEmpty {
                section.element("p", "The run gave no warnings.", style: "good")
            }
        }
    }
}

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

/// What only this way of learning can show, whatever it is.
struct DiagnosticsSection: ReportSection {
    func write(_ content: ReportContent, on main: inout HTMLWriter) {
        for diagnostic in content.diagnostics {
            main.section(diagnostic.title, lead: diagnostic.summary) { section in
                if !diagnostic.measures.isEmpty {
                    section.table(
                        caption: "", header: ["Measure", "Value"],
                        rows: diagnostic.measures.map { [$0.title, $0.text] })
                }
                section.figures { figures in
                    for figure in diagnostic.figures { figures.figure(LineChart(figure)) }
                }
            }
        }
    }

    func figures(of content: ReportContent) -> [ReportFigure] {
        content.diagnostics.flatMap(\.figures).map {
            ReportFigure(name: $0.name, chart: LineChart($0))
        }
    }
}

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
