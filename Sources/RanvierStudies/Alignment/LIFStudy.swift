import RanvierAlignment
import RanvierConfiguration
import RanvierReports

/// `alignment/lif`: feedback weights of noisy LIF neurons, and what a guard does for neurons that fall silent or run away.
struct LIFStudy: Study {
    let name = "alignment/lif"
    let title = "Noisy LIF neurons: 20 below 15, feedback weights alone learn"
    let source = "own extension of arXiv:2503.02642, section 5, item 5 of the specification"

    private typealias Guard = ActivityGuard.Kind

    /// Weights and steps.
    private enum Setting: String, CaseIterable {
        case good = "weights 0.25, step 0.08, 1000 s"
        case bad = "weights 0.3, step 0.06, 500 s"
        case strong = "weights 0.6, step 0.06, 500 s"

        func run(_ kind: Guard, seed: UInt64, isQuick: Bool) -> LIFRun {
            var options = LIFSubstrate()
            options.activityGuard.kind = kind
            options.scale.correction = .none
            options.step = self == .good ? 0.08 : 0.06
            options.blocks = (self == .good ? 200 : 100) / (isQuick ? 5 : 1)
            let deviation = [Setting.good: 0.25, .bad: 0.3, .strong: 0.6][self] ?? 0.25
            return LIFRun(seed: seed, options: options, weightDeviation: deviation)
        }
    }

    func run(_ context: StudyContext) throws -> StudyResult {
        // Five for the angle; eight where one in some has a neuron that spoils it.
        let few = context.seeds.isEmpty ? Array(911...915) : context.seeds
        let many = context.seeds.isEmpty ? Array(911...918) : context.seeds
        let seeds =
            context.isQuick
            ? (few: Array(few.prefix(2)), many: Array(many.prefix(2)))
            : (few: few, many: many)
        let kinds: [Guard] = [.none, .band, .rate]
        let cells = Setting.allCases.flatMap { setting in
            kinds.flatMap { kind in
                (setting == .good ? seeds.few : seeds.many).map {
                    (setting, kind, setting.run(kind, seed: $0, isQuick: context.isQuick))
                }
            }
        }
        let outcomes = try LIFRun.outcomes(of: cells.map(\.2), name, context)
        func own(_ setting: Setting, _ kind: Guard) -> [LIFRun.Outcome] {
            zip(cells, outcomes).filter { $0.0.0 == setting && $0.0.1 == kind }.map(\.1)
        }
        let claims = claims(own)
        var result = StudyResult(findings: StudyClaim.findings(claims), comparisons: [])
        result.claims = claims
        result.tables = [table(kinds, own), angles(kinds, own)]
        result.figures = [figure(.good, kinds, own), figure(.bad, kinds, own)]
        result.seeds = seeds.many
        return result
    }

    private func claims(_ own: (Setting, Guard) -> [LIFRun.Outcome]) -> [StudyClaim] {
        let source = "target of this study, and section 3.2 of the specification"
        func left(_ setting: Setting, _ kind: Guard) -> [Double] {
            own(setting, kind).map { Double($0.silent + $0.runaway) }
        }
        func ever(_ setting: Setting, _ kind: Guard) -> [Double] {
            own(setting, kind).map { Double($0.everSilent + $0.everRunaway) }
        }
        func fewer(_ kind: Guard) -> [Double] {
            zip(left(.strong, .none), left(.strong, kind)).map { $0 - $1 }
        }
        return [
            .noneAbove(
                10, own(.good, .rate).map(\.angle),
                claim: "With a guard of rates no seed is above 10 degrees", source: source,
                what: "angles"),
            .noneAbove(
                10, own(.good, .none).map(\.angle),
                claim: "Without a guard no seed is above 10 degrees", source: source,
                what: "angles"),
            .noneAbove(
                0.05, own(.good, .rate).map { abs($0.slope - 1) },
                claim: "Feedback weights have the scale of the forward ones", source: source,
                what: "|slope − 1|"),
            .above(
                0, ever(.bad, .none),
                claim: "At weights 0.3 without a guard neurons fall silent or run away",
                source: source, what: "neurons"),
            .noneAbove(
                0, left(.bad, .rate),
                claim: "The guard of rates leaves none of them at weights 0.3", source: source,
                what: "neurons left"),
            .noneAbove(
                0, left(.bad, .band),
                claim: "The guard of a band leaves none of them at weights 0.3", source: source,
                what: "neurons left"),
            .above(
                0, fewer(.rate),
                claim: "At weights 0.6, too strong to rest, the guard of rates leaves fewer",
                source: source, what: "neurons fewer than without"),
            .above(
                0, fewer(.band), claim: "At weights 0.6 the guard of a band leaves fewer",
                source: source, what: "neurons fewer than without"),
            .noneAbove(
                10, own(.bad, .rate).map(\.angle),
                claim: "With the guard of rates no seed of the bad setting is above 10 degrees",
                source: source, what: "angles"),
            .noneAbove(
                10, own(.bad, .band).map(\.angle),
                claim: "With the guard of a band no seed of the bad setting is above 10 degrees",
                source: source, what: "angles"),
            .above(
                0,
                zip(own(.strong, .none), own(.strong, .rate)).map { $0.angle - $1.angle },
                claim: "At weights 0.6 the guard of rates brings the angle down", source: source,
                what: "degrees less"),
        ]
    }

    private func table(_ kinds: [Guard], _ own: (Setting, Guard) -> [LIFRun.Outcome]) -> StudyTable
    {
        StudyTable(
            name: "lif", caption: "Angles, rates, and neurons that are silent or run away",
            columns: [
                "Setting", "Guard", "Angle", "Worst", "Slope", "Lowest rate (Hz)",
                "Highest rate (Hz)",
                "Ever silent", "Silent", "Ever ran away", "Run away",
            ],
            rows: Setting.allCases.flatMap { setting in
                kinds.map { kind in
                    let found = own(setting, kind)
                    func total(_ count: (LIFRun.Outcome) -> Int) -> StudyValue {
                        .count(found.map(count).reduce(0, +))
                    }
                    return [
                        .text(setting.rawValue), .text(kind.rawValue),
                        SeedSummary(found.map(\.angle)).value, StudyValue(found.map(\.angle).max()),
                        SeedSummary(found.map(\.slope)).value,
                        StudyValue(found.map(\.lowestRate).min()),
                        StudyValue(found.map(\.highestRate).max()), total(\.everSilent),
                        total(\.silent), total(\.everRunaway), total(\.runaway),
                    ]
                }
            })
    }

    private func angles(_ kinds: [Guard], _ own: (Setting, Guard) -> [LIFRun.Outcome]) -> StudyTable
    {
        StudyTable(
            name: "angles", caption: "Angles of each seed",
            columns: ["Setting", "Guard", "Angles"],
            rows: Setting.allCases.flatMap { setting in
                kinds.map { kind in
                    [
                        .text(setting.rawValue), .text(kind.rawValue),
                        .text(
                            own(setting, kind).map { NumberText.fixed($0.angle, decimals: 1) }
                                .joined(separator: " ")),
                    ]
                }
            })
    }

    private func figure(
        _ setting: Setting, _ kinds: [Guard], _ own: (Setting, Guard) -> [LIFRun.Outcome]
    ) -> ReportFigure {
        let series = kinds.map { kind in
            let found = own(setting, kind)
            return LineChart.Series(
                name: "guard: \(kind.rawValue)",
                points: (found.first?.seconds ?? []).enumerated().map { index, seconds in
                    (seconds, SeedSummary(found.map { $0.raw[index] }).mean)
                })
        }
        return ReportFigure(
            name: "angle-\(setting == .good ? "good" : "bad")",
            chart: LineChart(
                title: "Angle over time: \(setting.rawValue)",
                summary: "Between feedback weights and the forward ones, mean over seeds.",
                xName: "Simulated time (s)", yName: "Angle (degrees)", series: series,
                startsAtZero: true))
    }
}
