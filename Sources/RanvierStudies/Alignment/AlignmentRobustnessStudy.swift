import Ranvier
import RanvierAlignment
import RanvierReports

/// `alignment/robustness`: rules on devices whose neurons and synapses are not what they were meant to be.
///
/// Forward weights are what ``DeviceWeights`` makes of those that memory holds. Copies are taken of memory; rules that find
/// feedback weights by what neurons do, such as SAL, find those of the device.
struct AlignmentRobustnessStudy: Study {
    let name = "alignment/robustness"
    let title = "Learning on imperfect devices: Yin-Yang with 3 hidden layers"
    let source = "no published numbers; imperfections as this project states them"
    let choices: StudyChoices = .epochs

    static let seeds: [UInt64] = Array(1300..<1305)
    static let rules = [
        YinYangRules.backpropagation, YinYangRules.copy, YinYangRules.alignment,
        YinYangRules.kolenPollack, YinYangRules.direct, YinYangRules.feedbackAlignment,
    ]

    /// Devices by name.
    static let devices: [(name: String, imperfections: Imperfections)] = {
        func device(_ change: (inout Imperfections) -> Void) -> Imperfections {
            var own = Imperfections()
            change(&own)
            return own
        }
        return [("no imperfection", Imperfections())]
            + [0.1, 0.2, 0.3, 0.4].map { share in
                (mismatchName(share), device { $0.mismatch = share })
            }
            + [0.05, 0.1].map { size in
                ("weight noise \(size)", device { $0.synapticNoise = size })
            } + [
                ("4-bit weights", device { $0.weightBits = 4 }),
                ("5 % dead synapses", device { $0.deadSynapses = 0.05 }),
            ]
    }()

    private static func mismatchName(_ share: Double) -> String {
        "mismatch \(Int((100 * share).rounded())) %"
    }

    func run(_ context: StudyContext) throws -> StudyResult {
        let seeds =
            context.seeds.isEmpty
            ? Array(Self.seeds.prefix(context.isQuick ? 1 : 5)) : context.seeds
        let epochs = context.epochs ?? (context.isQuick ? 3 : 50)
        let cells = Self.devices.flatMap { device in
            seeds.flatMap { seed in
                Self.rules.map { rule in
                    FeedbackCells.Cell(
                        setting: device.name, rule: rule,
                        course: FeedbackCourse(
                            setting: YinYangRules.setting(hidden: 3), rule: rule, epochs: epochs,
                            measured: FeedbackCourse.last(5, of: epochs, by: 2), seed: seed,
                            prepare: {
                                DeviceWeights.install(device.imperfections, on: $0, seed: seed)
                            }))
                }
            }
        }
        let done = try FeedbackCells(cells, name: "robustness", context) {
            try YinYangRules.data($0.course.seed, isQuick: context.isQuick)
        }
        let settings = Self.devices.map(\.name), sal = YinYangRules.alignment
        let claims = Self.claims(done)
        var result = StudyResult(
            findings: StudyClaim.findings(claims) + done.standing(of: sal, settings, Self.rules),
            comparisons: [])
        result.seeds = seeds
        result.claims = claims
        result.tables = [
            Self.table(done, settings),
            done.differenceTable(settings, of: sal, to: Self.rules),
        ]
        result.figures = [Self.figure(done)]
        return result
    }

    private static func claims(_ done: FeedbackCells) -> [StudyClaim] {
        let sal = YinYangRules.alignment, source = "method"
        return devices.map(\.name).flatMap { device -> [StudyClaim] in
            [
                .above(
                    0, done.differences(device, sal, YinYangRules.feedbackAlignment),
                    claim: "With \(device) SAL is above FA", source: source,
                    what: "points, paired by seed,"),
                .above(
                    -2, done.differences(device, sal, YinYangRules.copy),
                    claim: "With \(device) SAL is at most 2 points below a copy of memory",
                    source: source, what: "points, paired by seed,"),
            ]
        }
    }

    private static func table(_ done: FeedbackCells, _ settings: [String]) -> StudyTable {
        StudyTable(
            name: "robustness",
            caption:
                "Test accuracy in per cent with Student's interval of 95 % over seeds, and degrees between "
                + "feedback weights and those of the device at the end",
            columns: [
                "Device", "Rule", "Accuracy", "From", "To", "Feedback angle", "Gradient angle",
            ],
            rows: settings.flatMap { setting in
                rules.map { rule in
                    let own = done.accuracies(setting, rule)
                    let interval = SeedStatistics.interval(own)
                    return [
                        .text(setting), .text(rule.label), .number(SeedStatistics.mean(own)),
                        StudyValue(interval?.lowerBound), StudyValue(interval?.upperBound),
                        SeedSummary(done[setting, rule].compactMap { $0.last(\.feedbackAngles) })
                            .value,
                        SeedSummary(done[setting, rule].compactMap { $0.last(\.gradientAngles) })
                            .value,
                    ]
                }
            })
    }

    /// Accuracy over mismatch, then the other devices side by side; the interval is drawn as a stroke.
    private static func figure(_ done: FeedbackCells) -> ReportFigure {
        let names = devices.map(\.name)
        let others = names.dropFirst(5).enumerated().map { "\(6 + $0): \($1)" }
        return ReportFigure(
            name: "robustness",
            chart: LineChart(
                title: "Accuracy on imperfect devices",
                summary:
                    "Devices 1 to 5: mismatch of 0 to 40 %; \(others.joined(separator: ", ")). Strokes are "
                    + "intervals of 95 % over seeds.",
                xName: "Device", yName: "Test accuracy (%)",
                series: rules.enumerated().map { place, rule in
                    let shift = 0.06 * (Double(place) - Double(rules.count - 1) / 2)
                    return LineChart.Series(
                        name: rule.label,
                        points: names.enumerated().flatMap { index, name in
                            stroke(done.accuracies(name, rule), at: Double(index + 1) + shift)
                                + (index == 4 ? [(x: Double.nan, y: 0)] : [])
                        })
                }))
    }

    /// The mean, and the ends of the interval above and below it.
    private static func stroke(_ values: [Double], at x: Double) -> [(x: Double, y: Double)] {
        let mean = SeedStatistics.mean(values)
        guard let interval = SeedStatistics.interval(values) else { return [(x, mean)] }
        return [(x, mean), (x, interval.lowerBound), (x, interval.upperBound), (x, mean)]
    }
}
