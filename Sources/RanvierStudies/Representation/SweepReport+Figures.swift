import RanvierAnalysis
import RanvierNetworks
import RanvierReports

extension SweepReport {
    /// Heat maps of the first, a middle and the last setting; curves; dynamics; firing rates.
    var figures: [ReportFigure] {
        heatMaps + [curveFigure] + scaleFigure + dynamicsFigure + [rateFigure]
    }

    private var shownOutcomes: [SweepOutcome] {
        let places = Set([0, outcomes.count / 2, outcomes.count - 1].filter { $0 >= 0 })
        return places.sorted().map { outcomes[$0] }
    }

    private var heatMaps: [ReportFigure] {
        var figures: [ReportFigure] = []
        for (index, outcome) in shownOutcomes.enumerated() {
            guard let seed = outcome.seeds.first else { continue }
            let slug = Markup.slug(outcome.cell.label)
            figures.append(
                ReportFigure(
                    name: "heatmap-\(slug)",
                    chart: SimilarityChart(
                        title: "ANN against SNN, \(outcome.cell.label)",
                        summary: "Seed \(seed.seed). Layers in forward order from the lower left.",
                        rowName: "ANN layer", columnName: "SNN layer", seed.map)))
            guard index == 0 else { continue }
            figures += [
                (NetworkFamily.spiking, seed.spikingMap), (.artificial, seed.artificialMap),
            ].map { family, map in
                let word = family.title
                return ReportFigure(
                    name: "heatmap-\(slug)-\(family.rawValue)",
                    chart: SimilarityChart(
                        title: "\(word) with itself, \(outcome.cell.label)",
                        rowName: "\(word) layer", columnName: "\(word) layer", map))
            }
        }
        return figures
    }

    /// Mean over seeds of matched layers against relative depth.
    private var curveFigure: ReportFigure {
        ReportFigure(
            name: "curve",
            chart: LineChart(
                title: "Matched layers of SNN and ANN",
                summary: "Mean over \(seeds.count) seeds; 0 is the first layer, 1 the last.",
                xName: "Depth", yName: "CKA",
                series: outcomes.map { Self.series($0.cell.label, $0.seeds.map(\.curve)) }))
    }

    /// The first setting beside its ceiling and floor.
    private var scaleFigure: [ReportFigure] {
        guard let first = outcomes.first else { return [] }
        var series = [Self.series("SNN–ANN", first.seeds.map(\.curve))]
        if !first.artificialCeilings.isEmpty {
            series.append(Self.series("ANN–ANN, other seed", first.artificialCeilings))
            series.append(Self.series("SNN–SNN, other seed", first.spikingCeilings))
        }
        series.append(Self.series("SNN–untrained ANN", first.seeds.map(\.floor)))
        return [
            ReportFigure(
                name: "scale",
                chart: LineChart(
                    title: "What similar means, \(first.cell.label)",
                    summary: "Ceilings are networks of the same kind from other seeds.",
                    xName: "Depth", yName: "CKA", series: series))
        ]
    }

    private var dynamicsFigure: [ReportFigure] {
        let series = outcomes.filter { $0.cell.spiking.steps > 1 }.map { outcome in
            Self.series(
                outcome.cell.label, outcome.seeds.map(\.dynamics),
                only: outcome.seeds.first?.blockEnd)
        }
        guard !series.isEmpty else { return [] }
        return [
            ReportFigure(
                name: "dynamics",
                chart: LineChart(
                    title: "How much layers change over time",
                    summary:
                        "D = 1 − mean similarity of different steps, at the end of each block.",
                    xName: "Depth", yName: "D", series: series, startsAtZero: true))
        ]
    }

    private var rateFigure: ReportFigure {
        ReportFigure(
            name: "rate",
            chart: LineChart(
                title: "Firing rates", summary: "Spikes per neuron and step; mean over seeds.",
                xName: "Depth", yName: "Rate",
                series: outcomes.map { Self.series($0.cell.label, $0.seeds.map(\.rateCurve)) },
                startsAtZero: true))
    }

    /// The mean of curves over the same layers, of all kinds but projections unless one is named.
    private static func series(
        _ name: String, _ curves: [LayerCurve], only wanted: LayerCurve.Kind? = nil
    ) -> LineChart.Series {
        guard let first = curves.first else { return LineChart.Series(name: name, points: []) }
        let places = zip(first.layers.indices, first.kinds).filter { _, kind in
            wanted.map { kind == $0 } ?? (kind != .shortcut)
        }.map(\.0)
        let last = Double(max(first.layers.count - 1, 1))
        return LineChart.Series(
            name: name,
            points: places.map { place in
                let values = curves.compactMap {
                    place < $0.values.count ? $0.values[place] : nil
                }
                return (Double(place) / last, SeedSummary(values).mean)
            })
    }
}
