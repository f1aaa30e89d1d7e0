import RanvierConfiguration
import RanvierReports

/// What damage took from networks of `sparse/robustness`, beside what it took from the dense ones of the same seeds.
struct SparseRobustnessReport {
    typealias Subject = SparseRobustnessStudy.Subject
    typealias Family = SparseRobustnessStudy.Family

    /// Outcomes of each seed.
    let seeds: [[Subject: SparseRobustnessStudy.Outcome]]
    let setting: SparseSetting

    /// By how much more accuracy than the dense network a smaller one may lose, at each level of damage on average: said before
    /// anything was measured.
    private static let limits: [(subject: Subject, limit: Double)] = [
        (.ticket, 0.02), (.eightBits, 0.005), (.fourBits, 0.01), (.binary, 0.02),
    ]

    /// Levels of damage, in order.
    private var levels: [SparseRobustnessStudy.Row] { seeds.first?[.dense]?.rows ?? [] }

    /// Accuracy at a level, for each seed.
    private func left(_ subject: Subject, _ level: Int) -> [Double] {
        seeds.compactMap { $0[subject]?.rows[level].accuracy }
    }

    /// Accuracy lost at a level, for each seed.
    private func lost(_ subject: Subject, _ level: Int) -> [Double] {
        seeds.compactMap { $0[subject].map { $0.clean - $0.rows[level].accuracy } }
    }

    /// The same less what the dense network of the seed lost.
    private func more(_ subject: Subject, _ level: Int) -> [Double] {
        zip(lost(subject, level), lost(.dense, level)).map { $0 - $1 }
    }

    /// Mean over the levels of a family, for each seed.
    private func more(_ subject: Subject, _ family: Family) -> [Double] {
        let own = levels.indices.filter { levels[$0].family == family }
        guard !own.isEmpty else { return [] }
        let columns = own.map { more(subject, $0) }
        return seeds.indices.map { seed in
            columns.reduce(0) { $0 + $1[seed] } / Double(columns.count)
        }
    }

    var studyResult: StudyResult {
        let claims = claims
        let held = claims.count { $0.verdict == .held }
        let failed = claims.filter { $0.verdict == .failed }.map(\.claim)
        let undecided = claims.filter { $0.verdict == .undecided }.map(\.claim)
        var findings = ["\(held) of \(claims.count) claims held."]
        if !failed.isEmpty {
            findings.append("Did not hold: \(failed.joined(separator: "; ")).")
        }
        if !undecided.isEmpty {
            findings.append("Undecided: \(undecided.joined(separator: "; ")).")
        }
        findings.append(
            "A network that is right less often without damage has less to lose; the accuracy that is left stands beside "
                + "what was lost.")
        var result = StudyResult(findings: findings, comparisons: [])
        result.claims = claims
        result.tables = [
            networkTable, leftTable, lossTable, differenceTable,
        ]
        result.figures = Family.allCases.compactMap(figure)
        return result
    }

    private var claims: [StudyClaim] {
        Self.limits.flatMap { subject, limit in
            Family.allCases.map { family in
                let points = NumberText.significant(100 * limit)
                return .below(
                    limit, more(subject, family),
                    claim:
                        "Under \(family.rawValue) \(name(subject)) loses at most \(points) points more than the dense network",
                    source: subject == .binary ? "Cheng et al. 2023" : "method",
                    what: "accuracy lost more, mean over levels")
            }
        }
    }

    private func name(_ subject: Subject) -> String {
        switch subject {
        case .dense: "the dense network"
        case .ticket:
            "a ticket with "
                + NumberText.percent(
                    setting.sparsity(after: SparseRobustnessStudy.round(setting)))
                + " of its connections gone"
        case .eightBits: "a network of 8 bits"
        case .fourBits: "a network of 4 bits"
        case .binary: "a binary subnetwork of half the connections"
        }
    }

    // MARK: - Tables

    private var networkTable: StudyTable {
        StudyTable(
            name: "networks", caption: "Networks without damage, mean ± deviation over seeds",
            columns: ["Network", "Test (%)", "Weights (bytes)"],
            rows: Subject.allCases.map { subject in
                let own = seeds.compactMap { $0[subject] }
                return [
                    .text(name(subject)), SeedSummary(own.map { 100 * $0.clean }).value,
                    SeedSummary(own.map { Double($0.weightBytes) }).value,
                ]
            })
    }

    /// Kind, damage, size, unit: the first columns.
    private func head(_ level: SparseRobustnessStudy.Row) -> [StudyValue] {
        [
            .text(level.family.rawValue), .text(level.damage), .number(level.size),
            .text(level.unit),
        ]
    }

    private var leftTable: StudyTable {
        table(
            "left", caption: "Accuracy under damage in per cent, mean ± deviation over seeds",
            of: left)
    }

    private var lossTable: StudyTable {
        table("lost", caption: "Points of accuracy lost, mean ± deviation over seeds", of: lost)
    }

    private func table(
        _ name: String, caption: String, of values: (Subject, Int) -> [Double]
    ) -> StudyTable {
        StudyTable(
            name: name, caption: caption,
            columns: ["Kind", "Damage", "Size", "Unit"] + Subject.allCases.map(\.rawValue),
            rows: levels.indices.map { level in
                head(levels[level])
                    + Subject.allCases.map {
                        SeedSummary(values($0, level).map { 100 * $0 }).value
                    }
            })
    }

    private var differenceTable: StudyTable {
        let smaller = Subject.allCases.filter { $0 != .dense }
        return StudyTable(
            name: "more",
            caption:
                "Points of accuracy lost more than by the dense network of the same seed, with Student's interval of 95 %",
            columns: ["Kind", "Damage", "Size", "Unit"]
                + smaller.flatMap { [$0.rawValue, "from", "to"] },
            rows: levels.indices.map { level in
                head(levels[level])
                    + smaller.flatMap { subject -> [StudyValue] in
                        let own = more(subject, level).map { 100 * $0 }
                        let interval = SeedStatistics.interval(own)
                        return [
                            .number(SeedStatistics.mean(own)), StudyValue(interval?.lowerBound),
                            StudyValue(interval?.upperBound),
                        ]
                    }
            })
    }

    // MARK: - Figures

    /// Points lost over the levels of a family, in order.
    private func figure(_ family: Family) -> ReportFigure? {
        let own = levels.indices.filter { levels[$0].family == family }
        guard !own.isEmpty else { return nil }
        let damages = own.map { levels[$0] }.reduce(into: [String]()) {
            let text = "\($1.damage) \(NumberText.significant($1.size))"
            if !$0.contains(text) { $0.append(text) }
        }
        return ReportFigure(
            name: family.rawValue.replacing(" ", with: "-"),
            chart: LineChart(
                title: "Accuracy lost under \(family.rawValue)",
                summary: "Mean over seeds. Levels: \(damages.joined(separator: ", ")).",
                xName: "Level", yName: "Points lost",
                series: Subject.allCases.map { subject in
                    LineChart.Series(
                        name: subject.rawValue,
                        points: own.enumerated().map { place, level in
                            (
                                x: Double(place + 1),
                                y: 100 * SeedSummary(lost(subject, level)).mean
                            )
                        })
                }))
    }
}
