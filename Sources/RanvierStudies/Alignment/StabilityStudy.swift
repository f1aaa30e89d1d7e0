import Ranvier
import RanvierConfiguration
import RanvierReports

/// `alignment/stability`: stale feedback makes a late collapse, and what guards against it.
///
/// Feedback weights that are exact copies, taken every so many steps, have no error but their age. Without a limit on gradients old
/// copies let weights grow without an end; gradients of a norm of at most 1, or copies by distance, do not.
struct StabilityStudy: Study {
    let name = "alignment/stability"
    let title =
        "Stale feedback: when copies of weights are too old, on Yin-Yang with 3 hidden layers"
    let source = "no published numbers; a finding of this project's own"
    let choices: StudyChoices = [.epochs, .settings]

    static let seeds: [UInt64] = Array(1200..<1205)

    /// A way to keep feedback, and a limit on gradients.
    struct Case {
        var rule: StudiedRule
        var clipping: String
        var rate = 0.05

        var setting: String {
            let limit = clipping == "none" ? "no clipping" : "clipping \(clipping)"
            return rate == 0.05 ? limit : "\(limit), rate \(rate)"
        }
    }

    static let epochCopy = StudiedRule("copy per epoch", "copy")
    static func copy(every steps: Int) -> StudiedRule {
        StudiedRule("copy every \(steps)", "{copy: {every: \(steps)}}")
    }
    static func copy(beyond distance: Double) -> StudiedRule {
        StudiedRule("copy beyond \(distance)", "{copy: {refresh-distance: \(distance)}}")
    }
    static let bp = YinYangRules.backpropagation
    static let sal = YinYangRules.alignment

    static let none = "none"
    static let cases: [Case] =
        [bp, copy(every: 2), copy(every: 5), copy(every: 25), copy(every: 125), epochCopy]
        .map { Case(rule: $0, clipping: none) }
        + [0.02, 0.05, 0.1, 0.2, 0.3].map { Case(rule: copy(beyond: $0), clipping: none) }
        + ["0.3", "1", "5"].map { Case(rule: epochCopy, clipping: $0) }
        + [
            Case(rule: bp, clipping: "1"), Case(rule: bp, clipping: none, rate: 0.1),
            Case(rule: epochCopy, clipping: none, rate: 0.02),
            Case(rule: epochCopy, clipping: none, rate: 0.01),
            Case(rule: sal, clipping: none), Case(rule: sal, clipping: "1"),
        ]

    func run(_ context: StudyContext) throws -> StudyResult {
        let seeds =
            context.seeds.isEmpty
            ? Array(Self.seeds.prefix(context.isQuick ? 1 : 5)) : context.seeds
        let epochs = context.epochs ?? (context.isQuick ? 6 : 50)
        var known: [String] = []
        for name in Self.cases.flatMap({ [$0.rule.label, $0.setting] }) where !known.contains(name)
        {
            known.append(name)
        }
        try context.requireSettings(among: known)
        let chosen =
            context.settings.isEmpty
            ? Self.cases
            : Self.cases.filter {
                context.settings.contains($0.rule.label) || context.settings.contains($0.setting)
            }
        let cells = chosen.flatMap { own in
            seeds.map { seed in
                let clipping =
                    own.clipping == Self.none ? "none" : "{norm: {limit: \(own.clipping)}}"
                return FeedbackCells.Cell(
                    setting: own.setting, rule: own.rule,
                    course: FeedbackCourse(
                        setting: YinYangRules.setting(
                            hidden: 3, clipping: clipping, rate: own.rate), rule: own.rule,
                        epochs: epochs, measured: FeedbackCourse.last(10, of: epochs, by: 1),
                        seed: seed))
            }
        }
        let done = try FeedbackCells(cells, name: "stability", context) {
            try YinYangRules.data($0.course.seed, isQuick: context.isQuick)
        }
        let claims = Self.claims(done)
        var result = StudyResult(
            findings: StudyClaim.findings(claims) + Self.mechanism(done), comparisons: [])
        result.seeds = seeds
        result.claims = claims
        result.tables = [Self.table(done)]
        result.figures = [Self.growth(done)]
        return result
    }

    private static func claims(_ done: FeedbackCells) -> [StudyClaim] {
        let source = "method, section 5.8", off = Case(rule: epochCopy, clipping: none).setting
        let clipped = Case(rule: epochCopy, clipping: "1").setting
        func mean(_ setting: String, _ rule: StudiedRule) -> [Double] {
            done.accuracies(setting, rule)
        }
        return [
            .below(
                60, mean(off, epochCopy),
                claim: "Copies of an epoch's age collapse without clipping",
                source: source, what: "accuracy in per cent"),
            .above(
                90, mean(clipped, epochCopy), claim: "Clipping at 1 keeps them from it",
                source: source, what: "accuracy in per cent"),
            .above(
                90, mean(off, copy(beyond: 0.1)),
                claim: "So do copies as soon as weights have moved by a tenth", source: source,
                what: "accuracy in per cent"),
            .above(
                90, mean(clipped, sal), claim: "SAL with clipping at 1 does not collapse",
                source: source, what: "accuracy in per cent"),
            .above(
                0, zip(mean(clipped, sal), mean(off, sal)).map { $0 - $1 },
                claim: "SAL without clipping ends lower than with it", source: source,
                what: "points, paired by seed,"),
        ]
    }

    /// Growth of weights where networks collapsed and where they did not.
    private static func mechanism(_ done: FeedbackCells) -> [String] {
        var (lost, kept) = ([Double](), [Double]())
        var lostOff: [Double] = []
        for own in cases {
            for outcome in done[own.setting, own.rule] {
                guard let first = outcome.sizes.first, let last = outcome.sizes.last, first > 0
                else { continue }
                if outcome.divergedIn != nil || outcome.accuracy < 0.6 {
                    lost.append(last / first)
                    if let off = outcome.last(\.feedbackAngles) { lostOff.append(off) }
                } else {
                    kept.append(last / first)
                }
            }
        }
        guard !lost.isEmpty, !kept.isEmpty else { return [] }
        let middle = lost.sorted()[lost.count / 2]
        return [
            "Of \(lost.count + kept.count) networks \(lost.count) collapsed. Their weights grew by a factor of "
                + "\(NumberText.significant(middle)) (median) between the first and the last epoch with numbers, those "
                + "of the others by at most \(NumberText.significant(kept.max() ?? .nan))."
        ]
            + (lostOff.isEmpty
                ? []
                : [
                    "Feedback weights of collapsed networks were \(SeedSummary(lostOff).text) degrees off at the end of "
                        + "an epoch."
                ])
    }

    private static func table(_ done: FeedbackCells) -> StudyTable {
        StudyTable(
            name: "stability",
            caption:
                "Test accuracy in per cent, mean of the last ten epochs; collapsed: below 60 % or without numbers",
            columns: [
                "Gradients", "Feedback", "Accuracy", "Worst", "Collapsed", "Seeds",
                "Size of weights, first epoch", "last", "Feedback angle after the last epoch",
            ],
            rows: cases.compactMap { own -> [StudyValue]? in
                let outcomes = done[own.setting, own.rule]
                guard !outcomes.isEmpty else { return nil }
                let accuracies = done.accuracies(own.setting, own.rule)
                return [
                    .text(own.setting), .text(own.rule.label), SeedSummary(accuracies).value,
                    StudyValue(accuracies.min()),
                    .count(outcomes.count { $0.divergedIn != nil || $0.accuracy < 0.6 }),
                    .count(outcomes.count),
                    SeedSummary(outcomes.compactMap(\.sizes.first)).value,
                    SeedSummary(outcomes.compactMap(\.sizes.last)).value,
                    SeedSummary(outcomes.compactMap { $0.last(\.feedbackAngles) }).value,
                ]
            })
    }

    private static func growth(_ done: FeedbackCells) -> ReportFigure {
        ReportFigure(
            name: "growth",
            chart: LineChart(
                title: "Size of all weights",
                summary:
                    "First seed. A curve that ends early is that of a network whose numbers ran away.",
                xName: "Epoch", yName: "Joint norm of the weights",
                series: cases.compactMap { own in
                    guard let first = done[own.setting, own.rule].first else { return nil }
                    return LineChart.Series(
                        name: "\(own.rule.label), \(own.setting)",
                        points: first.sizes.enumerated().map { (x: Double($0 + 1), y: $1) })
                }, isLogarithmic: true, hasWholeSteps: true))
    }
}
