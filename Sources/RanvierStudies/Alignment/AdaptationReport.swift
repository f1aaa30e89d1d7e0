import RanvierConfiguration
import RanvierData
import RanvierReports

/// The study of adaptation as claims, tables and figures.
struct AdaptationReport {
    typealias Way = AdaptationWork.Way

    /// A setting with its seeds.
    struct Part {
        let setting: AdaptationSetting
        let choices: [Way: AdaptationWork.Choice]
        let seeds: [AdaptationWork.Seed]

        var ways: [Way] {
            Way.allCases.filter { way in seeds.first?.outcomes.contains { $0.way == way } ?? false }
        }

        /// Outcomes of a way under one drift, or all of them, of a seed.
        func outcomes(_ way: Way, _ seed: AdaptationWork.Seed) -> [AdaptationWork.Outcome] {
            seed.outcomes.filter { $0.way == way }
        }

        /// What a way gains over all drifts, as a share of what fine-tuning by backpropagation does; for each seed.
        func share(_ way: Way) -> [Double] {
            seeds.map { seed in
                func gain(_ way: Way) -> Double {
                    outcomes(way, seed).reduce(0) { $0 + $1.after - $1.drifted }
                }
                let ceiling = gain(.backpropagation)
                return ceiling > 0 ? gain(way) / ceiling : .nan
            }
        }

        /// Most that a way loses on old samples under any drift; for each seed.
        func lost(_ way: Way) -> [Double] {
            seeds.map { seed in outcomes(way, seed).map { $0.clean - $0.old }.max() ?? .nan }
        }

        /// Mean accuracy over all drifts after the last of them; for each seed.
        func atTheEnd(_ way: Way) -> [Double] {
            seeds.compactMap { seed in
                seed.rows.first { $0.way == way }.map {
                    $0.last.reduce(0, +) / Double(max($0.last.count, 1))
                }
            }
        }
    }

    let parts: [Part]

    var studyResult: StudyResult {
        let claims = parts.flatMap(claims)
        var result = StudyResult(
            findings: StudyClaim.findings(claims) + parts.map(finding), comparisons: [])
        result.claims = claims
        result.tables =
            parts.flatMap { [summary($0), drifts($0), row($0)] }
        result.figures = parts.map(figure)
        return result
    }

    private func claims(_ part: Part) -> [StudyClaim] {
        let aimed = "what was aimed at"
        return part.ways.filter { $0 != .backpropagation }.flatMap { way -> [StudyClaim] in
            [
                .above(
                    0.7, part.share(way),
                    claim:
                        "\(part.setting.name), \(way.rawValue): 70 % of what fine-tuning by BP recovers",
                    source: aimed, what: "share over all drifts"),
                .below(
                    0.02, part.lost(way),
                    claim:
                        "\(part.setting.name), \(way.rawValue): old data lose at most two points",
                    source: aimed, what: "largest loss over the drifts"),
                .above(
                    0,
                    zip(part.atTheEnd(way), part.atTheEnd(.backpropagation)).map { $0 - $1 },
                    claim:
                        "\(part.setting.name), \(way.rawValue): after five drifts in a row better on all of them than fine-tuning by BP",
                    source: aimed, what: "difference of the means at the end"),
            ]
        }
    }

    private func finding(_ part: Part) -> String {
        let best = part.ways.filter { $0 != .backpropagation }.max {
            SeedSummary(part.share($0)).mean < SeedSummary(part.share($1)).mean
        }
        guard let best else { return "" }
        return "\(part.setting.title): '\(best.rawValue)' recovers most, "
            + "\(SeedSummary(part.share(best)).text) of what fine-tuning by BP does, and loses "
            + "\(SeedSummary(part.lost(best)).text) on old data under the worst drift."
    }

    private func summary(_ part: Part) -> StudyTable {
        StudyTable(
            name: "\(part.setting.name)-ways",
            caption: "\(part.setting.title): all drifts together, mean and deviation over seeds",
            columns: [
                "Way", "Share of what BP recovers", "95 %", "Most lost on old data",
                "After five drifts in a row", "95 %", "Rollbacks", "Rate", "Decay",
            ],
            rows: part.ways.map { way in
                let rollbacks = part.seeds.map { seed in
                    Double(part.outcomes(way, seed).reduce(0) { $0 + $1.rollbacks })
                }
                return [
                    .text(way.rawValue), SeedSummary(part.share(way)).value,
                    interval(part.share(way)), SeedSummary(part.lost(way)).value,
                    SeedSummary(part.atTheEnd(way)).value, interval(part.atTheEnd(way)),
                    SeedSummary(rollbacks).value, StudyValue(part.choices[way]?.rate),
                    StudyValue(part.choices[way]?.decay),
                ]
            })
    }

    /// Student's interval of the mean over seeds.
    private func interval(_ values: [Double]) -> StudyValue {
        guard let interval = SeedStatistics.interval(values.filter(\.isFinite)) else {
            return .missing
        }
        return .text(
            "\(NumberText.fixed(interval.lowerBound, decimals: 3)) to "
                + NumberText.fixed(interval.upperBound, decimals: 3))
    }

    private func drifts(_ part: Part) -> StudyTable {
        StudyTable(
            name: "\(part.setting.name)-drifts",
            caption: "\(part.setting.title): accuracy under each drift (offsets in deviations)",
            columns: ["Drift", "Way", "Without drift", "Drifted", "After", "Old data"],
            rows: part.setting.drifts.enumerated().flatMap { place, drift in
                part.ways.map { way -> [StudyValue] in
                    let own = part.seeds.flatMap { part.outcomes(way, $0) }
                        .filter { $0.drift == place }
                    func value(_ of: (AdaptationWork.Outcome) -> Double) -> StudyValue {
                        SeedSummary(own.map(of)).value
                    }
                    return [
                        .text(drift.description), .text(way.rawValue), value(\.clean),
                        value(\.drifted), value(\.after), value(\.old),
                    ]
                }
            })
    }

    private func row(_ part: Part) -> StudyTable {
        let places = part.setting.drifts.indices
        return StudyTable(
            name: "\(part.setting.name)-row",
            caption: "\(part.setting.title): five drifts in a row, accuracy on each at the end",
            columns: ["Way"] + places.map { "Drift \($0 + 1)" } + [
                "Mean", "Right after each", "Without drift",
            ],
            rows: part.ways.map { way in
                let rows = part.seeds.compactMap { seed in seed.rows.first { $0.way == way } }
                let first = rows.map { $0.first.reduce(0, +) / Double(max($0.first.count, 1)) }
                return [.text(way.rawValue)]
                    + places.map { place in SeedSummary(rows.map { $0.last[place] }).value }
                    + [
                        SeedSummary(part.atTheEnd(way)).value, SeedSummary(first).value,
                        SeedSummary(rows.map(\.old)).value,
                    ]
            })
    }

    private func figure(_ part: Part) -> ReportFigure {
        ReportFigure(
            name: "\(part.setting.name)-adaptation",
            chart: LineChart(
                title: "Accuracy under five drifts, after each was learned by itself",
                summary: part.setting.title, xName: "drift", yName: "accuracy",
                series: part.ways.map { way in
                    LineChart.Series(
                        name: way.rawValue,
                        points: part.setting.drifts.indices.map { place in
                            let own = part.seeds.flatMap { part.outcomes(way, $0) }
                                .filter { $0.drift == place }.map(\.after)
                            return (Double(place + 1), SeedSummary(own).mean)
                        })
                }, hasWholeSteps: true))
    }
}
