import RanvierAnalysis
import RanvierConfiguration
import RanvierLearning

extension ReportContent {
    /// All figures this run has data for, in the order of the page.
    public var figures: [ReportFigure] {
        var figures = [
            ReportFigure(name: "learning-loss", chart: lossChart),
            ReportFigure(name: "learning-accuracy", chart: accuracyChart),
        ]
        if let confusionChart {
            figures.append(ReportFigure(name: "confusion", chart: confusionChart))
        }
        if let rasterChart { figures.append(ReportFigure(name: "spikes", chart: rasterChart)) }
        if let spikeCourse {
            figures.append(ReportFigure(name: "output-times", chart: spikeCourse.outputChart))
            if let chart = spikeCourse.hiddenChart {
                figures.append(ReportFigure(name: "hidden-times", chart: chart))
            }
        }
        figures.append(ReportFigure(name: "firing-rates", chart: ratesChart))
        figures.append(ReportFigure(name: "energy", chart: energyChart))
        if let reliabilityChart {
            figures.append(ReportFigure(name: "reliability", chart: reliabilityChart))
        }
        return figures
    }

    package var lossChart: LineChart {
        curve(
            title: "Loss over training", yName: "Mean loss (nats)",
            training: \.trainingLoss, validation: \.validationLoss)
    }

    package var accuracyChart: LineChart {
        let share = curve(
            title: "Accuracy over training", yName: "Accuracy (%)",
            training: \.trainingAccuracy, validation: \.validationAccuracy)
        var chart = share
        chart.series = share.series.map { series in
            LineChart.Series(
                name: series.name, points: series.points.map { ($0.x, 100 * $0.y) })
        }
        return chart
    }

    private func curve(
        title: String, yName: String, training: KeyPath<Epoch, Double>,
        validation: KeyPath<Epoch, Double?>
    ) -> LineChart {
        var series = [
            LineChart.Series(
                name: "Training", points: epochs.map { (Double($0.epoch), $0[keyPath: training]) })
        ]
        let checked = epochs.compactMap { epoch in
            epoch[keyPath: validation].map { (x: Double(epoch.epoch), y: $0) }
        }
        if !checked.isEmpty {
            series.append(LineChart.Series(name: "Validation", points: checked))
        }
        let last = series.map { series in
            let value = series.points.last?.y ?? .nan
            return "\(series.name) ends at \(NumberText.significant(value))"
        }
        return LineChart(
            title: title,
            summary: "\(epochs.count) epochs. " + last.joined(separator: "; ") + ".",
            xName: "Epoch", yName: yName, series: series, hasWholeSteps: true)
    }

    package var confusionChart: HeatMap? {
        confusion.map { matrix in
            HeatMap(
                title: "Confusion matrix",
                summary: "\(matrix.total) test samples in \(matrix.classes) classes, "
                    + "\(NumberText.percent(matrix.accuracy)) on the diagonal.",
                matrix, classNames: classNames)
        }
    }

    package var rasterChart: SpikeRaster? {
        sample.map { sample in
            SpikeRaster(
                title: "Spikes of \(sample.name)",
                summary: sample.layers.map { "\($0.name): \($0.spikes.count) spikes" }
                    .joined(separator: "; ") + ".",
                layers: sample.layers)
        }
    }

    package var ratesChart: BarChart {
        let layers = result.activity.layers
        return BarChart(
            title: "Firing rates",
            summary: layers.map { "\($0.name): \(NumberText.percent($0.rate))" }
                .joined(separator: "; ") + ".",
            categories: layers.map(\.name), valueName: "Neurons that fire in a step (%)",
            series: layers.isEmpty
                ? [] : [BarChart.Series(name: "Rate", values: layers.map { 100 * $0.rate })])
    }

    package var energyChart: BarChart {
        func values(_ result: RunResult) -> [Double] {
            let energy = result.energy
            return [
                energy.arithmeticPicojoules, energy.actualWidthPicojoules,
                energy.withMemoryPicojoules,
            ]
        }
        let all = [result] + (baseline.map { [$0] } ?? [])
        let largest = all.flatMap(values).filter(\.isFinite).max() ?? 0
        let unit = NumberText.unit(
            for: largest, of: NumberText.energyUnits)
        return BarChart(
            title: "Energy for one decision",
            summary: all.map {
                "\($0.displayModel): "
                    + NumberText.energy(picojoules: $0.energy.picojoulesPerSample)
                    + " of arithmetic"
            }.joined(separator: "; ") + ".",
            categories: ["Arithmetic", "At its width", "With memory"],
            valueName: "Estimated energy for one decision (\(unit.name))",
            series: all.map { result in
                BarChart.Series(
                    name: result.displayModel, values: values(result).map { $0 / unit.factor })
            })
    }

    package var reliabilityChart: ReliabilityDiagram? {
        reliability.map { bins in
            ReliabilityDiagram(
                title: "Calibration",
                summary: "Expected calibration error "
                    + NumberText.points(bins.expectedCalibrationError)
                    + " over \(bins.bins.count) bins.",
                bins: bins)
        }
    }
}

extension RunResult {
    /// "SNN" and "ANN" for the usual kinds, other kinds as they are written.
    package var displayModel: String {
        ["snn", "ann"].contains(model.lowercased()) ? model.uppercased() : model
    }
}
