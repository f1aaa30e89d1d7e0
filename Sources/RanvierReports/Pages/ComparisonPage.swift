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

    /// The two most important measures of any of the runs, each once.
    private var measures: [Measure] {
        Self.distinct(contents.flatMap { $0.result.measures.prefix(2) })
    }

    /// The most important measure of any of the runs, each once: one for each task.
    private var primaryMeasures: [Measure] {
        Self.distinct(contents.compactMap(\.result.measures.first))
    }

    private static func distinct(_ measures: [Measure]) -> [Measure] {
        measures.reduce(into: []) { all, measure in
            if all[measure.name] == nil { all.append(measure) }
        }
    }

    private func writeTable(_ main: inout HTMLWriter) {
        let lead =
            Set(contents.map(\.result.dataset)).count > 1
            ? "The runs use different data sets: how good they are cannot be compared." : nil
        let title = measures.first?.title ?? "Quality"
        main.section("\(title), energy, memory and latency", lead: lead) { section in
            section.table(
                caption: "Energy and latency are per decision; memory is weights and states. "
                    + "An ANN under a run is its baseline.",
                header: ["Run"] + measures.map(\.title) + [
                    "Energy, arithmetic", "Energy, with memory", "Memory", "Latency", "Spikes",
                ],
                rows: zip(names, contents).flatMap { name, content in
                    let result = content.result
                    let detail = "\(result.method), \(result.displayModel), \(result.dataset)"
                    let own = [row(name + "\n" + detail, result)]
                    let network = content.baseline.map {
                        [row("↳ \($0.displayModel) baseline", $0)]
                    }
                    return own + (network ?? [])
                        + result.rivals.filter { $0.name != content.baseline?.model }.map(row)
                }, style: "runs")
        }
    }

    private func row(_ name: String, _ result: RunResult) -> [String] {
        [name] + measures.map { result.measures[$0.name]?.text ?? "–" } + [
            NumberText.energy(picojoules: result.energy.arithmeticPicojoules),
            NumberText.energy(picojoules: result.energy.withMemoryPicojoules),
            NumberText.bytes(Double(result.memory.weightBytes + result.memory.stateBytes)),
            NumberText.seconds(result.latency.secondsPerSample),
            result.hasSpikes ? NumberText.significant(result.activity.spikesPerSample) : "–",
        ]
    }

    private func row(_ rival: RivalResult) -> [String] {
        ["↳ \(rival.name)"] + measures.map { rival.measures[$0.name]?.text ?? "–" }
            + [String](repeating: "–", count: 5)
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
        var figures: [ReportFigure] = []
        for measure in primaryMeasures {
            figures.append(
                ReportFigure(name: "\(measure.name)-energy", chart: tradeOff(measure)))
            figures.append(
                ReportFigure(name: "learning-\(measure.name)", chart: learning(measure)))
        }
        figures += measures.map { ReportFigure(name: $0.name, chart: bars(of: $0)) }
        return figures + [
            ReportFigure(name: "memory", chart: memory),
            ReportFigure(name: "latency", chart: latency),
        ]
    }

    private func scale(_ measure: Measure) -> Double { measure.unit == Measure.share ? 100 : 1 }

    private func axis(_ measure: Measure) -> String {
        let unit = measure.unit == Measure.share ? "%" : measure.unit
        return unit.isEmpty ? measure.title : "\(measure.title) (\(unit))"
    }

    private func value(_ measure: Measure, _ result: RunResult) -> Double {
        scale(measure) * (result.measures[measure.name]?.value ?? .nan)
    }

    private func tradeOff(_ measure: Measure) -> ScatterChart {
        let contents = contents.filter { $0.result.measures[measure.name] != nil }
        let names = zip(self.names, self.contents).filter {
            $0.1.result.measures[measure.name] != nil
        }.map(\.0)
        var points = zip(names, contents).map { name, content in
            ScatterChart.Point(
                name: name, group: 0, x: content.result.energy.withMemoryPicojoules / 1e3,
                y: value(measure, content.result))
        }
        for (name, content) in zip(names, contents) {
            guard let baseline = content.baseline else { continue }
            let point = ScatterChart.Point(
                name: "\(baseline.displayModel) of \(name)", group: 1,
                x: baseline.energy.withMemoryPicojoules / 1e3, y: value(measure, baseline))
            // Seeds of one configuration often share a baseline; one point is enough.
            if !points.contains(where: { $0.group == 1 && $0.x == point.x && $0.y == point.y }) {
                points.append(point)
            }
        }
        let hasBaselines = points.contains { $0.group == 1 }
        let side = measure.higherIsBetter == false ? "Lower" : "Upper"
        return ScatterChart(
            title: "\(measure.title) against energy",
            summary: "\(side) left is better: good and cheap.",
            xName: "Energy for one decision, with memory (nJ)", yName: axis(measure),
            groups: hasBaselines ? ["Run", "ANN baseline"] : [], points: points,
            hasLogarithmicX: true)
    }

    private func learning(_ measure: Measure) -> LineChart {
        let name = measure.name
        let own = zip(names, contents).filter { $0.1.result.measures[name] != nil }
        let series = own.map { run, content in
            LineChart.Series(
                name: run,
                points: content.epochs.compactMap { epoch in
                    (epoch.validation[name] ?? epoch.training[name]).map {
                        (Double(epoch.epoch), scale(measure) * $0)
                    }
                })
        }
        let isValidated = own.map(\.1).allSatisfy { content in
            content.epochs.allSatisfy { $0.validation[name] != nil }
        }
        return LineChart(
            title: "\(measure.title) over training", summary: "One curve per run.", xName: "Epoch",
            yName: isValidated ? "Validation \(axis(measure).lowercased())" : axis(measure),
            series: Array(series.prefix(ChartStyle.seriesCount)), hasWholeSteps: true)
    }

    private func bars(of measure: Measure) -> BarChart {
        bars(title: measure.title, unit: axis(measure), digits: 4) { result in
            result.measures[measure.name].map { scale(measure) * $0.value }
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

    private func bars(
        title: String, unit: String, digits: Int = 3, _ value: (RunResult) -> Double?
    ) -> BarChart {
        var series = [
            BarChart.Series(name: "Run", values: contents.map { value($0.result) })
        ]
        if contents.contains(where: { $0.baseline != nil }) {
            series.append(
                BarChart.Series(
                    name: "ANN baseline", values: contents.map { $0.baseline.flatMap(value) }))
        }
        return BarChart(
            title: title, summary: "\(unit), one bar per run.", categories: names,
            valueName: unit, series: series, digits: digits)
    }
}
