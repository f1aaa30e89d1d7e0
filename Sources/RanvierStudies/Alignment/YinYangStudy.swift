import Ranvier
import RanvierReports

/// `alignment/yin-yang`: all rules with feedback weights on a small task, on fresh seeds.
///
/// The setting of training was chosen on other seeds; nothing of it follows from what is measured here.
struct YinYangStudy: Study {
    let name = "alignment/yin-yang"
    let title = "Rules with feedback weights on Yin-Yang: 4-(30)×3-3 and 4-(30)×5-3 rectified units"
    let source =
        "no published numbers; the rule SAL: Gierlich et al., arXiv:2503.02642, the others as their rules say"
    let choices: StudyChoices = [.epochs, .settings]

    static let seeds: [UInt64] = Array(1100..<1108)

    func run(_ context: StudyContext) throws -> StudyResult {
        let seeds =
            context.seeds.isEmpty
            ? Array(Self.seeds.prefix(context.isQuick ? 2 : 8)) : context.seeds
        let epochs = context.epochs ?? (context.isQuick ? 4 : 50)
        var rules = YinYangRules.all
        try context.requireSettings(among: rules.map(\.label))
        if !context.settings.isEmpty {
            rules = rules.filter { context.settings.contains($0.label) }
        }
        let depths = [3, 5]
        let cells = depths.flatMap { depth in
            seeds.flatMap { seed in
                rules.map { rule in
                    FeedbackCells.Cell(
                        setting: Self.name(depth), rule: rule,
                        course: FeedbackCourse(
                            setting: YinYangRules.setting(hidden: depth), rule: rule,
                            epochs: epochs,
                            measured: FeedbackCourse.last(5, of: epochs, by: 2), seed: seed))
                }
            }
        }
        let done = try FeedbackCells(cells, name: "yin-yang", context) {
            try YinYangRules.data($0.course.seed, isQuick: context.isQuick)
        }
        let settings = depths.map(Self.name), sal = YinYangRules.alignment
        let claims = settings.flatMap { Self.claims(done, $0) }
        var result = StudyResult(
            findings: StudyClaim.findings(claims)
                + (rules.contains(sal) ? done.standing(of: sal, settings, rules) : []),
            comparisons: [])
        result.seeds = seeds
        result.claims = claims
        result.tables = [
            done.accuracyTable(settings, rules),
            done.differenceTable(settings, of: sal, to: rules),
        ]
        result.figures = settings.flatMap { setting in
            [
                done.angleFigure(
                    setting, rules, name: "feedback-\(setting.prefix(1))",
                    title: "Feedback weights and forward ones", \.feedbackAngles),
                done.angleFigure(
                    setting, rules, name: "gradient-\(setting.prefix(1))",
                    title: "Changes of weights and the gradient", \.gradientAngles),
            ].compactMap(\.self)
        }
        return result
    }

    private static func name(_ depth: Int) -> String { "\(depth) hidden layers" }

    private static func claims(_ done: FeedbackCells, _ setting: String) -> [StudyClaim] {
        let sal = YinYangRules.alignment, fa = YinYangRules.feedbackAlignment
        let bp = YinYangRules.backpropagation, source = "method, section 8"
        func claim(
            _ one: StudiedRule, _ other: StudiedRule, above limit: Double, _ words: String
        ) -> StudyClaim? {
            let own = done.differences(setting, one, other)
            guard !own.isEmpty else { return nil }
            return .above(
                limit, own, claim: "With \(setting) \(words)", source: source,
                what: "points, paired by seed,")
        }
        return [
            claim(sal, fa, above: 0, "SAL is above FA"),
            claim(sal, bp, above: -3, "SAL is at most 3 points below BP"),
            claim(bp, fa, above: 0, "BP is above FA"),
        ].compactMap(\.self)
    }
}
