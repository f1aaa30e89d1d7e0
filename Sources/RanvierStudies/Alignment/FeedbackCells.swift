import Foundation
import Ranvier
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierReports

/// Networks of a study by setting and rule, each for several seeds.
struct FeedbackCells {
    /// What stands for a group of networks in tables: a depth, a data set, an imperfection.
    typealias Setting = String

    /// A network that is to be trained.
    struct Cell {
        var setting: Setting
        var rule: StudiedRule
        var course: FeedbackCourse
    }

    /// Outcomes, seed by seed.
    private(set) var outcomes: [Setting: [StudiedRule: [FeedbackOutcome]]] = [:]

    /// Trains all cells, or takes what is stored.
    ///
    /// - Parameters:
    ///   - name: of the folder of stored outcomes.
    ///   - data: samples for a cell.
    init(
        _ cells: [Cell], name: String, _ context: StudyContext,
        data: (Cell) throws -> DatasetConfiguration.Splits
    ) throws {
        let folder = context.cache?.appending(
            path: "alignment-\(name)\(context.isQuick ? "-quick" : "")",
            directoryHint: .isDirectory)
        let procedure = Procedure(folder: folder, warning: context.events.warning)
        for (index, cell) in cells.enumerated() {
            let (course, rule) = (cell.course, cell.rule)
            try context.advance(
                to: Double(index) / Double(cells.count),
                "\(cell.setting), \(rule.label), seed \(course.seed)", isMilestone: true)
            let file = cell.setting.replacing(" ", with: "-").filter { !"%,".contains($0) }
            let outcome = try procedure.round(
                "\(file)-\(rule.file)-\(course.epochs)-epochs-\(course.seed)"
            ) { try course.outcome(on: data(cell), context) }
            outcomes[cell.setting, default: [:]][rule, default: []].append(outcome)
        }
    }

    /// Outcomes of a rule in a setting.
    subscript(_ setting: Setting, _ rule: StudiedRule) -> [FeedbackOutcome] {
        outcomes[setting]?[rule] ?? []
    }

    /// Test accuracies in per cent, seed by seed.
    func accuracies(_ setting: Setting, _ rule: StudiedRule) -> [Double] {
        self[setting, rule].map { 100 * $0.accuracy }
    }

    /// Points of accuracy between two rules on the same seeds.
    func differences(_ setting: Setting, _ one: StudiedRule, _ other: StudiedRule) -> [Double] {
        zip(accuracies(setting, one), accuracies(setting, other)).map { $0 - $1 }
    }

    // MARK: - Tables

    /// Accuracy and angles of each rule.
    func accuracyTable(_ settings: [Setting], _ rules: [StudiedRule]) -> StudyTable {
        StudyTable(
            name: "accuracy",
            caption:
                "Test accuracy in per cent, mean ± deviation over seeds; angles in degrees at the "
                + "end, means over layers; bytes of a sample between layers and of a synapse beside its weight",
            columns: [
                "Setting", "Rule", "Accuracy", "Worst", "Feedback angle", "Gradient angle",
                "Bytes between layers", "Bytes per synapse", "Needs weights of others", "Seconds",
            ],
            rows: settings.flatMap { setting in
                rules.compactMap { rule -> [StudyValue]? in
                    let own = self[setting, rule]
                    guard let first = own.first else { return nil }
                    let accuracies = accuracies(setting, rule)
                    return [
                        .text(setting), .text(rule.label), SeedSummary(accuracies).value,
                        StudyValue(accuracies.min()),
                        SeedSummary(own.compactMap { $0.last(\.feedbackAngles) }).value,
                        SeedSummary(own.compactMap { $0.last(\.gradientAngles) }).value,
                        .number(first.traffic.bytesBetweenLayers),
                        .number(first.traffic.bytesPerSynapse),
                        .text(first.traffic.transportsWeights ? "yes" : "no"),
                        SeedSummary(own.map(\.seconds)).value,
                    ]
                }
            })
    }

    /// Differences of a rule to all others, seed by seed.
    func differenceTable(
        _ settings: [Setting], of rule: StudiedRule, to others: [StudiedRule]
    ) -> StudyTable {
        StudyTable(
            name: "differences",
            caption:
                "Points of accuracy of \(rule.label) above another rule, paired by seed, with Student's "
                + "interval of 95 %",
            columns: ["Setting", "Above", "Mean", "From", "To", "Seeds"],
            rows: settings.flatMap { setting in
                others.filter { $0 != rule }.map { other in
                    let own = differences(setting, rule, other)
                    let interval = SeedStatistics.interval(own)
                    return [
                        .text(setting), .text(other.label), .number(SeedStatistics.mean(own)),
                        StudyValue(interval?.lowerBound), StudyValue(interval?.upperBound),
                        .count(own.count),
                    ]
                }
            })
    }

    /// Sentences about where a rule is above, below, or neither.
    func standing(of rule: StudiedRule, _ settings: [Setting], _ others: [StudiedRule]) -> [String]
    {
        settings.map { setting in
            var (above, below, open) = ([String](), [String](), [String]())
            for other in others where other != rule {
                let own = differences(setting, rule, other)
                guard let interval = SeedStatistics.interval(own) else {
                    open.append(other.label)
                    continue
                }
                if interval.lowerBound > 0 {
                    above.append(other.label)
                } else if interval.upperBound < 0 {
                    below.append(other.label)
                } else {
                    open.append(other.label)
                }
            }
            func list(_ names: [String]) -> String {
                names.isEmpty ? "none" : names.joined(separator: ", ")
            }
            return
                "\(setting): \(rule.label) is above \(list(above)); below \(list(below)); not told apart "
                + "from \(list(open)) by the interval of 95 %."
        }
    }

    /// Angles by epoch, one curve for each rule: means over layers of the first seed.
    func angleFigure(
        _ setting: Setting, _ rules: [StudiedRule], name: String, title: String,
        _ angles: KeyPath<FeedbackOutcome, [[String: Double]]>
    ) -> ReportFigure? {
        let series = rules.compactMap { rule -> LineChart.Series? in
            guard let first = self[setting, rule].first else { return nil }
            let points = first[keyPath: angles].enumerated().compactMap { epoch, own in
                own.isEmpty
                    ? nil
                    : (
                        x: Double(epoch + 1),
                        y: own.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value }
                            / Double(own.count)
                    )
            }
            return points.isEmpty ? nil : LineChart.Series(name: rule.label, points: points)
        }
        guard !series.isEmpty else { return nil }
        return ReportFigure(
            name: name,
            chart: LineChart(
                title: title, summary: "\(setting), first seed, mean over layers.", xName: "Epoch",
                yName: "Angle (degrees)", series: series, hasWholeSteps: true))
    }
}
