import RanvierAnalysis
import RanvierConfiguration
import RanvierNetworks
import RanvierReports

/// What a comparison of two stored networks found, as JSON, tables and figures.
package struct SimilarityReport: Encodable, Sendable {
    /// Network of the rows.
    package let first: String
    /// Network of the columns.
    package let second: String
    /// Batches that were summed.
    package let batches: Int
    /// Similarities of all pairs of layers of the two.
    package let map: SimilarityMap
    /// Mean over matched layers.
    package let mean: Double
    /// The same against an untrained second network; nil where it was not asked for.
    package let floor: Double?
    /// The same against a network like the first from another seed.
    package let ceiling: Double?
    /// Mean over matched layers of each kind, by its name: `conv`, `bn`, `act`, `out`, …
    package let kinds: [String: Double]
    /// How much the ends of blocks lift the curve of matched layers above the lowest inside, on average; nil without blocks.
    package let jaggedness: Double?
    /// Amplitude of the curve at one period per block; nil without blocks.
    package let periodAmplitude: Double?
    /// Matched layers, one by one.
    package let layers: [Layer]
    /// Layers without a defined similarity.
    package let undefinedLayers: [String]
    /// Maps over time of both networks.
    package let timeMaps: [[TimeMap]]
    /// Where the files lie.
    package var folder: String?

    private let ownMaps: [SimilarityMap]

    private enum CodingKeys: String, CodingKey {
        case first, second, batches, map, mean, floor, ceiling, kinds, jaggedness, periodAmplitude
        case layers, undefinedLayers, timeMaps, folder
    }

    /// A matched layer.
    package struct Layer: Encodable, Sendable {
        package let name: String
        package let cka: Double
        package let procrustes: Double
        package let floor: Double?
        package let ceiling: Double?
        package let firstProbe: Double
        package let secondProbe: Double
        package let firstRate: Double?
        package let secondRate: Double?
        package let firstDynamics: Double
        package let secondDynamics: Double
        /// The layer of the second network that is most similar.
        package let nearest: String
    }

    package init(
        _ outcome: RepresentationOutcome, first: String, second: String, floor: Int?, ceiling: Int?
    ) throws {
        self.first = first
        self.second = second
        batches = outcome.sums.batches
        let map = outcome.map(0, 1)
        self.map = map
        ownMaps = [outcome.map(0, 0), outcome.map(1, 1)]
        let curve = LayerCurve(matching: map)
        mean = curve.mean
        func defined(_ value: Double) -> Double? { value.isNaN ? nil : value }
        kinds = Dictionary(
            uniqueKeysWithValues: LayerCurve.Kind.allCases.compactMap { kind in
                defined(curve.mean(of: kind)).map { (kind.rawValue, $0) }
            })
        jaggedness = defined(curve.jaggedness)
        periodAmplitude = defined(curve.periodAmplitude)
        let low = floor.map { outcome.curve(0, $0) }, high = ceiling.map { outcome.curve(0, $0) }
        self.floor = low?.mean
        self.ceiling = high?.mean
        undefinedLayers = map.undefinedLayers
        let timeMaps = [outcome.timeMaps(0), outcome.timeMaps(1)]
        self.timeMaps = timeMaps
        let probes = [try outcome.probe(0), try outcome.probe(1)]
        let procrustes = outcome.procrustes(0, 1)
        var layers: [Layer] = []
        for (i, j) in map.matchedPlaces {
            let row = map.values[i]
            let best = row.indices.filter { !row[$0].isNaN }.max { row[$0] < row[$1] }
            let a = outcome.parties[0], b = outcome.parties[1]
            layers.append(
                Layer(
                    name: curve.layers[layers.count], cka: row[j],
                    procrustes: procrustes.values[layers.count],
                    floor: low?.values[layers.count], ceiling: high?.values[layers.count],
                    firstProbe: probes[0].values[i], secondProbe: probes[1].values[j],
                    firstRate: a.rates[i], secondRate: b.rates[j],
                    firstDynamics: timeMaps[0][i].dynamics, secondDynamics: timeMaps[1][j].dynamics,
                    nearest: best.map { map.columns[$0] } ?? "–"))
        }
        self.layers = layers
    }

    // MARK: - As a study

    package var studyResult: StudyResult {
        var result = StudyResult(findings: findings, comparisons: [])
        result.tables =
            [layerTable] + RepresentationTables.heatmaps([("A–B", map)])
            + [timeTable]
        result.figures = figures
        return result
    }

    private var findings: [String] {
        func text(_ value: Double) -> String { NumberText.fixed(value, decimals: 3) }
        var sentences = [
            "Matched layers of \(first) and \(second) are similar to \(text(mean)) on average."
        ]
        if let floor {
            sentences.append("Against the untrained second network it is \(text(floor)).")
        }
        if let ceiling {
            sentences.append("Against another seed of the first it is \(text(ceiling)).")
        }
        if let jaggedness {
            sentences.append(
                "The ends of blocks lie \(text(jaggedness)) above the lowest layer inside (J).")
        }
        if layers.isEmpty {
            sentences = [
                "The networks have no layers of the same name and not equally many; see the heat map."
            ]
        }
        if !undefinedLayers.isEmpty {
            sentences.append(
                "Not defined, because it is silent or answers all samples alike: \(undefinedLayers.joined(separator: ", "))."
            )
        }
        return sentences
    }

    private var layerTable: StudyTable {
        StudyTable(
            name: "curve", caption: "Matched layers of A, \(first), and B, \(second)",
            columns: [
                "Layer", "CKA", "Procrustes", "B untrained", "Other seed", "Probe A", "Probe B",
                "Rate A", "Rate B", "D of A", "D of B", "Nearest of B",
            ],
            rows: layers.map {
                [
                    .text($0.name), .number($0.cka), .number($0.procrustes), StudyValue($0.floor),
                    StudyValue($0.ceiling), .number($0.firstProbe), .number($0.secondProbe),
                    StudyValue($0.firstRate), StudyValue($0.secondRate),
                    .number($0.firstDynamics), .number($0.secondDynamics), .text($0.nearest),
                ]
            })
    }

    private var timeTable: StudyTable {
        RepresentationTables.time(
            [("A", timeMaps[0]), ("B", timeMaps[1])].filter {
                $0.1.contains { $0.values.count > 1 }
            })
    }

    private var figures: [ReportFigure] {
        func figure(
            _ name: String, _ title: String, _ rows: String, _ columns: String,
            _ map: SimilarityMap
        ) -> ReportFigure {
            ReportFigure(
                name: name,
                chart: SimilarityChart(
                    title: title, rowName: rows, columnName: columns, map))
        }
        var figures = [
            figure("heatmap", "All layers of A with all of B", "A: \(first)", "B: \(second)", map),
            figure("heatmap-a", "A with itself", first, first, ownMaps[0]),
            figure("heatmap-b", "B with itself", second, second, ownMaps[1]),
        ]
        if !layers.isEmpty {
            var series = [("A–B", layers.map(\.cka))]
            if floor != nil { series.append(("B untrained", layers.map { $0.floor ?? .nan })) }
            if ceiling != nil { series.append(("other seed", layers.map { $0.ceiling ?? .nan })) }
            figures.append(
                ReportFigure(
                    name: "curve",
                    chart: LineChart(
                        title: "Matched layers", xName: "Layer", yName: "CKA",
                        series: series.map { name, values in
                            LineChart.Series(
                                name: name,
                                points: values.enumerated().map { (Double($0 + 1), $1) })
                        }, hasWholeSteps: true)))
        }
        return figures
    }
}
