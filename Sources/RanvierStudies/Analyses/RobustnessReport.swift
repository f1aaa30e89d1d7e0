import RanvierAnalysis
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierReports

/// What a stored network makes of changed inputs, as JSON, tables and figures.
package struct RobustnessReport: Encodable, Sendable {
    /// One change of what the network is shown.
    package struct Row: Encodable, Sendable {
        package let change: String
        /// In ``unit``.
        package let size: Double
        /// What a size is.
        package let unit: String
        /// Nil where samples have no classes.
        package let accuracy: Double?
        /// The most important measure of the task, with its interval.
        package let measure: Measure
        package let layers: [String]
        /// Similarity of clean and changed answers, layer by layer.
        package let cka: [Double]
    }

    /// One damage of sensors.
    package struct Damage: Encodable, Sendable {
        package let damage: String
        /// In ``unit``.
        package let size: Double
        /// What a size is.
        package let unit: String
        /// The most important measure of the task, with its interval.
        package let measure: Measure
    }

    /// The channel that answers depend on most.
    package struct WorstChannel: Encodable, Sendable {
        package let damage: String
        /// How hard a single channel was hit.
        package let size: Double
        package let unit: String
        /// Name of the channel.
        package let channel: String
        package let measure: Measure
    }

    /// The run.
    package let run: String
    /// Test samples.
    package let samples: Int
    /// What decided samples and damage.
    package let seed: UInt64
    /// Accuracy on clean samples; nil where samples have no classes.
    package let clean: Double?
    /// The most important measure on clean samples.
    package let cleanMeasure: Measure
    /// Whether attacks were those of the published code.
    package let isPublishedAttack: Bool
    /// What the sizes of attacks and noise are.
    package let sizeUnit: String
    /// What means and deviations of channels were measured on.
    package let statisticsFrom: String
    /// Attacks, noise and damage to what the network is shown.
    package let rows: [Row]
    /// Damages of sensors.
    package let damages: [Damage]
    /// For each damage of single channels, the worst one; empty where there is one channel, or too many.
    package let worstChannels: [WorstChannel]
    /// What was left out, and what was decided.
    package let notes: [String]
    /// Where the files lie.
    package var folder: String?

    /// What a network is tested on besides its samples.
    package struct Subject {
        package let model: any SpikingModel
        package let name: String
        /// Test samples as the model takes them.
        package let data: Dataset
        /// Whether samples are images with values in 0…1.
        package let areImages: Bool
        package let statistics: ChannelStatistics

        package init(
            model: any SpikingModel, name: String, data: Dataset, areImages: Bool,
            statistics: ChannelStatistics
        ) {
            self.model = model
            self.name = name
            self.data = data
            self.areImages = areImages
            self.statistics = statistics
        }
    }

    /// Applies all changes that a request asks for to a network.
    package init(
        of subject: Subject, damages: [any InputDamage], _ settings: RobustnessSettings,
        _ context: StudyContext
    ) throws {
        var course = RobustnessCourse(subject, settings, context)
        rows = try course.changes()
        self.damages = try course.damages(damages)
        worstChannels = try course.worstChannels(damages)
        cleanMeasure = try course.damaged.clean()
        run = subject.name
        samples = subject.data.count
        seed = settings.seed
        clean = try course.cleanAccuracy
        isPublishedAttack = settings.usesPublishedAttack
        sizeUnit = course.sizeUnit
        statisticsFrom = subject.statistics.source
        notes = course.notes
        for note in notes { context.events.note(note) }
    }

    // MARK: - What is shown

    package var studyResult: StudyResult {
        var result = StudyResult(findings: findings, comparisons: [])
        result.tables =
            [table, damageTable].filter { !$0.rows.isEmpty }
            + (worstChannels.isEmpty ? [] : [channelTable]) + [curveTable]
        result.figures = figures
        result.seeds = [seed]
        return result
    }

    private func isWorse(_ a: Measure, than b: Measure) -> Bool {
        a.higherIsBetter == false ? a.value > b.value : a.value < b.value
    }

    private var findings: [String] {
        let title = cleanMeasure.title
        var sentences = [
            "\(title) of \(run) on \(samples) clean samples, drawn by chance, is "
                + "\(cleanMeasure.text)\(Self.interval(cleanMeasure))."
        ]
        let all =
            rows.map { ($0.change, $0.size, $0.unit, $0.measure) }
            + damages.map { ($0.damage, $0.size, $0.unit, $0.measure) }
        if let worst = all.min(by: { isWorse($0.3, than: $1.3) }) {
            sentences.append(
                isWorse(worst.3, than: cleanMeasure)
                    ? "The worst change, \(worst.0) of \(NumberText.significant(worst.1)) "
                        + "\(worst.2), leaves \(worst.3.text)."
                    : "No change that was tried makes it worse.")
        }
        if let worst = worstChannels.min(by: { isWorse($0.measure, than: $1.measure) }) {
            sentences.append(
                isWorse(worst.measure, than: cleanMeasure)
                    ? "The answers depend most on '\(worst.channel)': damage of that channel alone "
                        + "('\(worst.damage)') leaves \(worst.measure.text)."
                    : "No single channel, damaged alone, makes the answers worse.")
        }
        return sentences + notes.map { $0.prefix(1).uppercased() + $0.dropFirst() + "." }
    }

    private static func interval(_ measure: Measure) -> String {
        guard let interval = measure.interval, interval.count == 2 else { return "" }
        return " (95 %: \(number(interval[0], measure)) to \(number(interval[1], measure)))"
    }

    private static func number(_ value: Double, _ measure: Measure) -> String {
        var other = measure
        other.value = value
        return other.text
    }

    private func cells(_ measure: Measure) -> [StudyValue] {
        [
            .number(measure.value), StudyValue(measure.interval?.first),
            StudyValue(measure.interval?.last),
        ]
    }

    private var measureColumns: [String] {
        let unit =
            cleanMeasure.unit.isEmpty || cleanMeasure.unit == Measure.share
            ? "" : " (\(cleanMeasure.unit))"
        return ["\(cleanMeasure.title)\(unit)", "Least", "Most"]
    }

    private var table: StudyTable {
        StudyTable(
            name: "robustness",
            caption: "Attacks and noise in \(sizeUnit), dropout as a share, jitter in steps"
                + (isPublishedAttack ? "; attacks as in the published code" : "")
                + "; least and most: interval of 95 %",
            columns: ["Change", "Size", "Unit"] + measureColumns + ["First layer", "Last layer"],
            rows: rows.isEmpty
                ? []
                : [["none", .number(0), ""] + cells(cleanMeasure) + [.number(1), .number(1)]]
                    + rows.map {
                        [.text($0.change), .number($0.size), .text($0.unit)] + cells($0.measure)
                            + [StudyValue($0.cka.first), StudyValue($0.cka.last)]
                    })
    }

    private var damageTable: StudyTable {
        StudyTable(
            name: "damages",
            caption:
                "Damaged sensors, values in their own units (mean and deviation of each channel"
                + " from \(statisticsFrom))",
            columns: ["Damage", "Size", "Unit"] + measureColumns,
            rows: damages.isEmpty
                ? []
                : [["none", .number(0), ""] + cells(cleanMeasure)]
                    + damages.map {
                        [.text($0.damage), .number($0.size), .text($0.unit)] + cells($0.measure)
                    })
    }

    private var channelTable: StudyTable {
        StudyTable(
            name: "worst-channels", caption: "The channel that the answers depend on most",
            columns: ["Damage of one channel", "Size", "Unit", "Worst channel"] + measureColumns,
            rows: worstChannels.map {
                [.text($0.damage), .number($0.size), .text($0.unit), .text($0.channel)]
                    + cells($0.measure)
            })
    }

    private var curveTable: StudyTable {
        var table = StudyTable(
            name: "curve", caption: "Clean against changed, layer by layer",
            columns: ["change", "size", "layer", "cka"],
            rows: rows.flatMap { row in
                zip(row.layers, row.cka).map {
                    [.text(row.change), .number(row.size), .text($0), .number($1)]
                }
            })
        table.isShown = false
        return table
    }

    private var figures: [ReportFigure] {
        let sized = rows.filter { $0.unit == sizeUnit }
        var figures: [ReportFigure] = []
        if !sized.isEmpty {
            figures.append(
                ReportFigure(
                    name: "accuracy",
                    chart: LineChart(
                        title: "\(cleanMeasure.title) under attack and noise",
                        xName: "Size (\(sizeUnit))", yName: measureColumns[0],
                        series: Self.kinds(sized.map(\.change)).map { kind in
                            LineChart.Series(
                                name: kind,
                                points: [(0, cleanMeasure.value)]
                                    + sized.filter { $0.change == kind }.map {
                                        ($0.size, $0.measure.value)
                                    })
                        }, startsAtZero: true)))
        }
        if !damages.isEmpty {
            figures.append(
                ReportFigure(
                    name: "damages",
                    chart: LineChart(
                        title: "\(cleanMeasure.title) with damaged sensors",
                        summary:
                            "From the mildest size of each damage to the hardest, as in the table.",
                        xName: "Step of the size", yName: measureColumns[0],
                        series: Self.kinds(damages.map(\.damage)).map { kind in
                            let own = damages.filter { $0.damage == kind }
                            return LineChart.Series(
                                name: kind,
                                points: [(0, cleanMeasure.value)]
                                    + own.enumerated().map {
                                        (Double($0.offset + 1), $0.element.measure.value)
                                    })
                        }, hasWholeSteps: true, startsAtZero: true)))
        }
        return figures
    }

    private static func kinds(_ words: [String]) -> [String] {
        words.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    }
}
