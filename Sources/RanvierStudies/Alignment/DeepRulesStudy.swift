import Ranvier
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierReports
import RanvierRuns

/// `alignment/deep`: convolutional networks on MNIST and on 10 000 images of CIFAR-10.
///
/// Two convolutions of 5 × 5 with pools and three dense layers as published, at half of their widths and without batch
/// normalisation. Convolutions have random feedback under all rules but the gradient; BP in dense layers with FA in convolutions is
/// the most that a rule which aligns dense layers can come to.
struct DeepRulesStudy: Study {
    let name = "alignment/deep"
    let title = "Rules with feedback weights in convolutional networks: MNIST and CIFAR-10"
    let source =
        "network and training after Gierlich et al., arXiv:2503.02642, at half widths; no published number is "
        + "comparable"
    let choices: StudyChoices = [.epochs, .settings]

    static let seeds: [UInt64] = [1400, 1401]
    static let ceiling = StudiedRule(
        "BP with FA in convolutions", "{bp: {convolutions: random}}")
    /// The published decay of 1e-3 stands within a momentum of 0.9, which makes it ten times as long a step.
    static let kolenPollack = StudiedRule("Kolen-Pollack", "{kolen-pollack: {decay: 1e-2}}")
    static let rules = [
        YinYangRules.backpropagation, ceiling, YinYangRules.alignment,
        YinYangRules.feedbackAlignment, kolenPollack, YinYangRules.signConcordant,
        YinYangRules.discontinuity,
    ]

    private enum Task: String, CaseIterable {
        case mnist = "MNIST"
        case cifar10 = "CIFAR-10"

        var dataset: String {
            switch self {
            case .mnist: "{name: mnist, images: true}"
            case .cifar10: "{name: cifar10, scaling: standard-per-channel}"
            }
        }

        var epochs: Int { self == .mnist ? 10 : 30 }
    }

    private static func setting(channels: Int, dense: [Int]) -> String {
        let layers = dense.map { "  - linear: {outputs: \($0), gain: 1.7320508}\n  - relu\n" }
        return """
            model: ann
            network:
              - conv2d: {channels: \(channels), size: 5}
              - relu
              - max-pool2d
              - conv2d: {channels: \(channels), size: 5}
              - relu
              - max-pool2d
              - flatten
            \(layers.joined())  - linear: {outputs: 10, gain: 1.7320508}
            training:
              batch-size: 128
              optimizer: {sgd: {learning-rate: 0.01, momentum: 0.9}}
              schedule: constant
              clipping: {norm: {limit: 1}}
            """
    }

    func run(_ context: StudyContext) throws -> StudyResult {
        let isQuick = context.isQuick
        let seeds =
            context.seeds.isEmpty ? Array(Self.seeds.prefix(isQuick ? 1 : 2)) : context.seeds
        var rules = Self.rules
        try context.requireSettings(among: rules.map(\.label))
        if !context.settings.isEmpty {
            rules = rules.filter { context.settings.contains($0.label) }
        }
        let setting =
            isQuick
            ? Self.setting(channels: 8, dense: [48, 24])
            : Self.setting(channels: 32, dense: [192, 96])
        let cells = Task.allCases.flatMap { task in
            seeds.flatMap { seed in
                rules.map { rule in
                    let epochs = context.epochs ?? (isQuick ? 1 : task.epochs)
                    return FeedbackCells.Cell(
                        setting: task.rawValue, rule: rule,
                        course: FeedbackCourse(
                            setting: setting, rule: rule, epochs: epochs,
                            measured: FeedbackCourse.last(5, of: epochs, by: 1), seed: seed))
                }
            }
        }
        var loaded: [String: DatasetConfiguration.Splits] = [:]
        let done = try FeedbackCells(cells, name: "deep", context) { cell in
            if let own = loaded[cell.setting] { return own }
            guard let task = Task(rawValue: cell.setting) else {
                preconditionFailure("a cell of a task")
            }
            var own = try Self.data(task, context)
            if isQuick {
                (own.training, own.test) = (own.training.prefix(1000), own.test.prefix(500))
            }
            loaded[cell.setting] = own
            return own
        }
        let settings = Task.allCases.map(\.rawValue), sal = YinYangRules.alignment
        let claims = Self.claims(done, settings)
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
                    setting, rules, name: "feedback-\(setting.lowercased())",
                    title: "Feedback weights and forward ones", \.feedbackAngles),
                done.angleFigure(
                    setting, rules, name: "gradient-\(setting.lowercased())",
                    title: "Changes of weights and the gradient", \.gradientAngles),
            ].compactMap(\.self)
        }
        return result
    }

    private static func data(
        _ task: Task, _ context: StudyContext
    ) throws -> DatasetConfiguration.Splits {
        let reader = try ConfigurationReader(
            yaml: "dataset: \(task.dataset)\n", file: task.rawValue, registry: .standard)
        let dataset = try DatasetConfiguration(reader.root.section("dataset"))
        try reader.finish()
        return try dataset.load(
            from: DataPlace(directory: context.dataDirectory, seed: 0, acceptedRange: nil))
    }

    private static func claims(_ done: FeedbackCells, _ settings: [String]) -> [StudyClaim] {
        let sal = YinYangRules.alignment
        return settings.flatMap { setting -> [StudyClaim] in
            let toFeedback = done.differences(setting, sal, YinYangRules.feedbackAlignment)
            let toCeiling = done.differences(setting, sal, ceiling)
            guard !toFeedback.isEmpty, !toCeiling.isEmpty else { return [] }
            return [
                .above(
                    0, toFeedback, claim: "On \(setting) SAL is above FA", source: "method",
                    what: "points, paired by seed,"),
                .above(
                    -2, toCeiling,
                    claim: "On \(setting) SAL is at most 2 points below BP with FA in convolutions",
                    source: "method", what: "points, paired by seed,"),
            ]
        }
    }
}
