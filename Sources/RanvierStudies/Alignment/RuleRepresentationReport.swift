import RanvierAnalysis
import RanvierConfiguration
import RanvierReports

/// Similarities of what rules learn as claims, tables and figures.
struct RuleRepresentationReport {
    /// Names of the rules, the first of them backpropagation, with the accuracy of each seed.
    let rules: [(name: String, accuracies: [Double])]
    let seeds: [UInt64]
    /// Networks by rule and seed, then untrained ones by seed.
    let outcome: RepresentationOutcome

    private var names: [String] { rules.map(\.name) + ["untrained"] }

    private func place(_ rule: Int, _ seed: Int) -> Int { rule * seeds.count + seed }

    /// Similarity of the hidden layers of two networks.
    private func curve(_ a: (rule: Int, seed: Int), _ b: (rule: Int, seed: Int)) -> LayerCurve {
        let all = outcome.curve(place(a.rule, a.seed), place(b.rule, b.seed))
        // The last layer is the read-out, whose answers are alike where both are right.
        let hidden = all.layers.indices.dropLast()
        return LayerCurve(
            layers: hidden.map { all.layers[$0] }, values: hidden.map { all.values[$0] })
    }

    /// Similarity of a network of one rule to those of another, mean over the other seeds.
    private func similarity(_ rule: Int, seed: Int, to other: Int) -> Double {
        let values = seeds.indices.filter { $0 != seed }.map {
            curve((rule, seed), (other, $0)).mean
        }
        return SeedSummary(values).mean
    }

    /// The same for each seed.
    private func similarities(_ rule: Int, to other: Int) -> [Double] {
        seeds.indices.map { similarity(rule, seed: $0, to: other) }
    }

    // MARK: - Parts

    var studyResult: StudyResult {
        let claims = claims
        var result = StudyResult(
            findings: claims.map { "\($0.claim): \($0.verdict.rawValue) (\($0.evidence))." },
            comparisons: [])
        result.claims = claims
        result.tables = [summary, matrix, layerTable]
        result.figures = [heatMap, curves]
        return result
    }

    private var claims: [StudyClaim] {
        let floor = rules.count, ceiling = similarities(0, to: 0)
        return rules.indices.dropFirst().flatMap { rule -> [StudyClaim] in
            let own = similarities(rule, to: 0), lowest = similarities(floor, to: 0)
            return [
                .above(
                    -0.05, zip(own, ceiling).map { $0 - $1 },
                    claim: "\(rules[rule].name) learns hidden layers as like those of bp as two "
                        + "seeds of bp are to each other", source: "a question of this study",
                    what: "CKA to bp less that of bp to bp"),
                .above(
                    0, zip(own, lowest).map { $0 - $1 },
                    claim: "\(rules[rule].name) is more like bp than an untrained network is",
                    source: "a question of this study",
                    what: "CKA to bp less that of untrained networks"),
            ]
        }
    }

    private var summary: StudyTable {
        StudyTable(
            name: "summary",
            caption: "Accuracy, and CKA of hidden layers to other seeds (mean ± deviation)",
            columns: ["Rule", "Accuracy", "To bp", "To itself (ceiling)", "To untrained"],
            rows: (rules.indices.map { $0 } + [rules.count]).map { rule in
                [
                    .text(names[rule]),
                    rule < rules.count ? SeedSummary(rules[rule].accuracies).value : .missing,
                    SeedSummary(similarities(rule, to: 0)).value,
                    SeedSummary(similarities(rule, to: rule)).value,
                    SeedSummary(similarities(rule, to: rules.count)).value,
                ]
            })
    }

    private var means: [[Double]] {
        names.indices.map { row in
            names.indices.map { SeedSummary(similarities(row, to: $0)).mean }
        }
    }

    private var matrix: StudyTable {
        StudyTable(
            name: "rules", caption: "CKA of hidden layers, rule against rule, of different seeds",
            columns: ["Rule"] + names,
            rows: zip(names, means).map { [.text($0)] + $1.map { .number($0) } })
    }

    private var layerTable: StudyTable {
        var rows: [[StudyValue]] = []
        for a in names.indices {
            for b in names.indices where b >= a {
                for i in seeds.indices {
                    for j in seeds.indices where j != i {
                        let curve = curve((a, i), (b, j))
                        for (layer, value) in zip(curve.layers, curve.values) {
                            rows.append([
                                .text(names[a]), .count(Int(seeds[i])), .text(names[b]),
                                .count(Int(seeds[j])), .text(layer), .number(value),
                            ])
                        }
                    }
                }
            }
        }
        var table = StudyTable(
            name: "layers", caption: "Hidden layers of all pairs of networks",
            columns: ["rule", "seed", "other rule", "other seed", "layer", "cka"], rows: rows)
        table.isShown = false
        return table
    }

    private var heatMap: ReportFigure {
        ReportFigure(
            name: "rules",
            chart: SimilarityChart(
                title: "Rule against rule",
                summary: "CKA of hidden layers of networks from different seeds; the diagonal is "
                    + "the ceiling of each rule.",
                rowName: "Rule", columnName: "Rule",
                SimilarityMap(rows: names, columns: names, values: means)))
    }

    private var curves: ReportFigure {
        ReportFigure(
            name: "layers",
            chart: LineChart(
                title: "Hidden layers against those of bp",
                summary: "Mean over \(seeds.count) seeds; bp itself is the ceiling.",
                xName: "Hidden layer", yName: "CKA",
                series: names.indices.map { rule in
                    let all = seeds.indices.flatMap { i in
                        seeds.indices.filter { $0 != i }.map { curve((rule, i), (0, $0)) }
                    }
                    let depth = all.first?.layers.count ?? 0
                    return LineChart.Series(
                        name: names[rule],
                        points: (0..<depth).map { layer in
                            (
                                Double(layer + 1),
                                SeedSummary(all.map { $0.values[layer] }).mean
                            )
                        })
                }, hasWholeSteps: true))
    }
}
