import RanvierAnalysis
import RanvierConfiguration
import RanvierLearning

extension ReportContent {
    package var lossChart: LineChart {
        curve(
            title: "Loss over training", yName: "Mean loss", scale: 1,
            training: { $0.training["loss"] }, validation: { $0.validation["loss"] })
    }

    /// Curves of what else was followed over training, with the name of their files.
    package var learningCharts: [ReportFigure] {
        let names = Set(epochs.flatMap { $0.training.keys }).subtracting(["loss"])
        return names.sorted().map { name in
            let measure = result.measures[name] ?? Measure(name, .nan, higherIsBetter: nil)
            let isShare = measure.unit == Measure.share
            let unit = isShare ? "%" : measure.unit
            return ReportFigure(
                name: "learning-\(name)",
                chart: curve(
                    title: "\(measure.title) over training",
                    yName: unit.isEmpty ? measure.title : "\(measure.title) (\(unit))",
                    scale: isShare ? 100 : 1, training: { $0.training[name] },
                    validation: { $0.validation[name] }))
        }
    }

    private func curve(
        title: String, yName: String, scale: Double, training: (EpochReport) -> Double?,
        validation: (EpochReport) -> Double?
    ) -> LineChart {
        func points(_ value: (EpochReport) -> Double?) -> [(x: Double, y: Double)] {
            epochs.compactMap { epoch in value(epoch).map { (Double(epoch.epoch), scale * $0) } }
        }
        var series = [LineChart.Series(name: "Training", points: points(training))]
        let checked = points(validation)
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
