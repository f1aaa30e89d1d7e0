import RanvierAnalysis
import RanvierConfiguration
import RanvierLearning

/// The page that sets several runs side by side.
package struct ComparisonPage {
    package let contents: [ReportContent]
    /// Names that differ, one per run.
    package let names: [String]

    package init(contents: [ReportContent]) {
        self.contents = contents
        var seen: [String: Int] = [:]
        let plain = contents.map(\.result.name)
        let isRepeated = Dictionary(grouping: plain) { $0 }.mapValues { $0.count > 1 }
        names = contents.map { content in
            let result = content.result
            var name = result.name
            if isRepeated[name] == true { name += ", seed \(result.seed)" }
            seen[name, default: 0] += 1
            let number = seen[name] ?? 1
            return number > 1 ? "\(name) (\(number))" : name
        }
    }

    package func render() -> String {
        var page = HTMLWriter()
        let title = "Comparison of \(contents.count) runs"
        page.container("header") { header in
            header.element("p", "Ranvier comparison", style: "eyebrow")
            header.element("h1", title)
            let sets = Set(contents.map(\.result.dataset)).sorted()
            let noun = sets.count == 1 ? "Data set" : "Data sets"
            header.element("p", "\(noun) \(sets.joined(separator: ", "))", style: "meta")
        }
        page.container("main") { main in
            writeTable(&main)
            main.section("Side by side") { section in
                section.figures { figures in
                    for figure in self.figures { figures.figure(figure.chart) }
                }
            }
            writeRuns(&main)
        }
        page.container("footer") { footer in
            let versions = Set(contents.map(\.result.version)).sorted()
            footer.element(
                "p",
                "Made by Ranvier; runs of version \(versions.joined(separator: ", ")). "
                    + "This file is complete: it loads nothing.")
        }
        return HTMLWriter.page(title: title, body: page.html)
    }

    // MARK: - Table

    private func writeTable(_ main: inout HTMLWriter) {
        let lead =
            Set(contents.map(\.result.dataset)).count > 1
            ? "The runs use different data sets: their accuracies cannot be compared." : nil
        main.section("Accuracy, energy, memory and latency", lead: lead) { section in
            section.table(
                caption: "Energy and latency are per decision; memory is weights and states. "
                    + "An ANN under a run is its baseline.",
                header: [
                    "Run", "Accuracy", "Energy, arithmetic", "Energy, with memory", "Memory",
                    "Latency", "Spikes", "Calibration error",
                ],
                rows: zip(names, contents).flatMap { name, content in
                    let result = content.result
                    let detail = "\(result.method), \(result.displayModel), \(result.dataset)"
                    let own = [row(name + "\n" + detail, result)]
                    guard let baseline = content.baseline else { return own }
                    return own + [row("↳ \(baseline.displayModel) baseline", baseline)]
                }, style: "runs")
        }
    }

    private func row(_ name: String, _ result: RunResult) -> [String] {
        [
            name, NumberText.percent(result.test.accuracy, decimals: 2),
            NumberText.energy(picojoules: result.energy.arithmeticPicojoules),
            NumberText.energy(picojoules: result.energy.withMemoryPicojoules),
            NumberText.bytes(Double(result.memory.weightBytes + result.memory.stateBytes)),
            NumberText.seconds(result.latency.secondsPerSample),
            result.model.lowercased() == "ann"
                ? "–" : NumberText.significant(result.activity.spikesPerSample),
            NumberText.percent(result.calibration.expectedCalibrationError, decimals: 2),
        ]
    }

    private func writeRuns(_ main: inout HTMLWriter) {
        main.section("The runs") { section in
            for (name, content) in zip(names, contents) {
                section.container("article", style: "keep") { article in
                    article.element("h3", name)
                    article.element(
                        "p", PlainSummary(content.result).sentences.joined(separator: " "))
                    article.code(content.command)
                    RunPage.write(content.warnings, heading: "h4", on: &article)
                }
            }
        }
    }

    // MARK: - Figures

    package var figures: [ReportFigure] {
        [
            ReportFigure(name: "accuracy-energy", chart: tradeOff),
            ReportFigure(name: "learning", chart: learning),
            ReportFigure(name: "accuracy", chart: accuracies),
            ReportFigure(name: "memory", chart: memory),
            ReportFigure(name: "latency", chart: latency),
            ReportFigure(name: "calibration", chart: calibration),
        ]
    }

    private var tradeOff: ScatterChart {
        var points = zip(names, contents).map { name, content in
            ScatterChart.Point(
                name: name, group: 0, x: content.result.energy.withMemoryPicojoules / 1e3,
                y: 100 * content.result.test.accuracy)
        }
        for (name, content) in zip(names, contents) {
            guard let baseline = content.baseline else { continue }
            let point = ScatterChart.Point(
                name: "\(baseline.displayModel) of \(name)", group: 1,
                x: baseline.energy.withMemoryPicojoules / 1e3, y: 100 * baseline.test.accuracy)
            // Seeds of one configuration often share a baseline; one point is enough.
            if !points.contains(where: { $0.group == 1 && $0.x == point.x && $0.y == point.y }) {
                points.append(point)
            }
        }
        let hasBaselines = points.contains { $0.group == 1 }
        return ScatterChart(
            title: "Accuracy against energy",
            summary: "Upper left is better: accurate and cheap.",
            xName: "Energy for one decision, with memory (nJ)", yName: "Test accuracy (%)",
            groups: hasBaselines ? ["Run", "ANN baseline"] : [], points: points,
            hasLogarithmicX: true)
    }

    private var learning: LineChart {
        let series = zip(names, contents).map { name, content in
            LineChart.Series(
                name: name,
                points: content.epochs.map {
                    (Double($0.epoch), 100 * ($0.validationAccuracy ?? $0.trainingAccuracy))
                })
        }
        let isValidated = contents.allSatisfy { content in
            content.epochs.allSatisfy { $0.validationAccuracy != nil }
        }
        return LineChart(
            title: "Accuracy over training", summary: "One curve per run.", xName: "Epoch",
            yName: isValidated ? "Validation accuracy (%)" : "Accuracy (%)",
            series: Array(series.prefix(ChartStyle.seriesCount)), hasWholeSteps: true)
    }

    private var accuracies: BarChart {
        bars(title: "Test accuracy", unit: "Test accuracy (%)", digits: 4) {
            100 * $0.test.accuracy
        }
    }

    private var memory: BarChart {
        scaledBars(
            title: "Memory", quantity: "Weights and states", units: NumberText.byteUnits
        ) { Double($0.memory.weightBytes + $0.memory.stateBytes) }
    }

    private var latency: BarChart {
        scaledBars(
            title: "Latency", quantity: "Time for one decision", units: NumberText.secondUnits
        ) { $0.latency.secondsPerSample }
    }

    private func scaledBars(
        title: String, quantity: String, units: [(name: String, factor: Double)],
        _ value: (RunResult) -> Double
    ) -> BarChart {
        let all = contents.flatMap { [$0.result] + ($0.baseline.map { [$0] } ?? []) }
        let unit = NumberText.unit(
            for: all.map(value).filter(\.isFinite).max() ?? 0, of: units)
        return bars(title: title, unit: "\(quantity) (\(unit.name))") {
            value($0) / unit.factor
        }
    }

    private var calibration: BarChart {
        bars(title: "Calibration", unit: "Expected calibration error (percentage points)") {
            100 * $0.calibration.expectedCalibrationError
        }
    }

    private func bars(
        title: String, unit: String, digits: Int = 3, _ value: (RunResult) -> Double
    ) -> BarChart {
        var series = [
            BarChart.Series(name: "Run", values: contents.map { value($0.result) })
        ]
        if contents.contains(where: { $0.baseline != nil }) {
            series.append(
                BarChart.Series(
                    name: "ANN baseline", values: contents.map { $0.baseline.map(value) }))
        }
        return BarChart(
            title: title, summary: "\(unit), one bar per run.", categories: names,
            valueName: unit, series: series, digits: digits)
    }
}
