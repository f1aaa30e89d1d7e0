import RanvierAnalysis
import RanvierConfiguration
import RanvierReports

/// What the networks of a setting came to, as claims, tables, figures.
struct SparseReport {
    let setting: SparseSetting
    /// Of each seed the outcomes of each cell.
    let seeds: [[String: [SparseOutcome]]]

    init(_ setting: SparseSetting, _ seeds: [[String: [SparseOutcome]]]) {
        self.setting = setting
        self.seeds = seeds
    }

    /// A row of the table: a cell, or a round of the ticket.
    private struct Row {
        let label: String
        /// One outcome for each seed.
        let outcomes: [SparseOutcome]
        let dense: [SparseOutcome]

        func values(_ of: (SparseOutcome) -> Double) -> [Double] { outcomes.map(of) }
        /// Test accuracy less that of the dense network of the same seed.
        var differences: [Double] { zip(outcomes, dense).map { $0.test - $1.test } }
        var sparsity: Double { outcomes.first?.sparsity ?? 0 }
    }

    private func row(_ label: String, _ cell: String, _ index: Int = 0) -> Row? {
        let found = seeds.compactMap { $0[cell].flatMap { index < $0.count ? $0[index] : nil } }
        guard found.count == seeds.count, !found.isEmpty else { return nil }
        return Row(
            label: label, outcomes: found, dense: seeds.compactMap { $0["ticket"]?.first })
    }

    private var dense: Row? { row("dense", "ticket") }
    private func ticket(_ round: Int) -> Row? { row("ticket, round \(round)", "ticket", round) }

    private var rows: [Row] {
        var rows = [dense] + (1...setting.rounds).map(ticket)
        for round in setting.compared {
            rows.append(row("random, as round \(round)", "random-\(round)"))
            rows.append(row("drawn anew, as round \(round)", "reinitialized-\(round)"))
        }
        rows += setting.earlyBirds.map { row("early bird", "early-bird-\($0)") }
        rows.append(row("early time", "early-time"))
        for keep in setting.keeps {
            rows.append(row("untrained, \(keep) kept", "subnetwork-real-\(keep)"))
            rows.append(row("untrained and binary, \(keep) kept", "subnetwork-binary-\(keep)"))
        }
        for bits in setting.bits {
            rows.append(row("\(bits) bits", "bits-\(bits)-dense"))
            rows.append(row("ticket, \(bits) bits", "bits-\(bits)-ticket"))
        }
        return rows.compactMap(\.self)
    }

    var studyResult: StudyResult {
        let claims = claims
        var result = StudyResult(findings: findings(claims), comparisons: [])
        result.claims = claims
        result.tables = [
            accuracyTable, costTable, similarityTable, earlyTable,
        ].filter { !$0.rows.isEmpty }
        result.figures = figures
        return result
    }

    /// How many claims held, and which did not; the table has the numbers.
    private func findings(_ claims: [StudyClaim]) -> [String] {
        func list(_ verdict: StudyClaim.Verdict, _ words: String) -> String? {
            let own = claims.filter { $0.verdict == verdict }.map(\.claim)
            return own.isEmpty ? nil : "\(words): \(own.joined(separator: "; "))."
        }
        let held = claims.count { $0.verdict == .held }
        return ["\(held) of \(claims.count) claims held."]
            + [list(.failed, "Did not hold"), list(.undecided, "Undecided")].compactMap(\.self)
            + setting.remarks
    }

    // MARK: - Claims

    private var claims: [StudyClaim] {
        var claims: [StudyClaim] = []
        let near = setting.compared.first { setting.sparsity(after: $0) > 0.93 }
        if let round = near, let row = ticket(round) {
            let sparsity = NumberText.percent(setting.sparsity(after: round))
            claims.append(
                .above(
                    -0.003, row.differences,
                    claim:
                        "A ticket with \(sparsity) of its connections gone loses at most 0.3 points",
                    source: "Kim et al. 2022", what: "test accuracy less dense"))
        }
        for round in setting.compared {
            guard let own = ticket(round) else { continue }
            let sparsity = NumberText.percent(setting.sparsity(after: round))
            for (name, cell) in [
                ("connections drawn by chance", "random"), ("weights drawn anew", "reinitialized"),
            ] {
                guard let control = row(name, "\(cell)-\(round)") else { continue }
                claims.append(
                    .above(
                        0, zip(own.differences, control.differences).map { $0 - $1 },
                        claim: "With \(sparsity) gone the ticket is better than with \(name)",
                        source: "Frankle & Carbin 2019", what: "test accuracy, ticket less control")
                )
            }
        }
        if let binary = row("", "subnetwork-binary-0.5") {
            claims.append(
                .above(
                    -0.005, binary.differences,
                    claim: "A binary subnetwork of half the connections loses at most 0.5 points",
                    source: "Cheng et al. 2023", what: "test accuracy less dense"))
        }
        if let eight = row("", "bits-8-dense") {
            claims.append(
                .above(
                    -0.001, eight.differences, claim: "8 bits lose at most 0.1 points",
                    source: "method", what: "test accuracy less dense"))
        }
        if let early = row("", "early-time"), let own = ticket(setting.roundedTicket) {
            claims.append(
                .above(
                    -0.01, zip(early.differences, own.differences).map { $0 - $1 },
                    claim: "A search with fewer steps loses at most one point",
                    source: "Kim et al. 2022", what: "test accuracy less the ticket's"))
            claims.append(
                .below(
                    0.2,
                    early.outcomes.map { outcome in
                        let said = outcome.notes["predicted-speed-up"] ?? .nan
                        return abs((outcome.notes["measured-speed-up"] ?? .nan) / said - 1)
                    }, claim: "The search takes what its cost model says, within 20 %",
                    source: "Kim et al. 2022", what: "relative error of the speed-up"))
        }
        return claims
    }

    // MARK: - Tables

    private func value(_ row: Row, _ of: (SparseOutcome) -> Double) -> StudyValue {
        SeedSummary(row.values(of)).value
    }

    /// Name, share that is gone, bits: the first columns of tables.
    private func head(_ row: Row) -> [StudyValue] {
        [.text(row.label), .text(NumberText.percent(row.sparsity)), .count(row.outcomes[0].bits)]
    }

    private var accuracyTable: StudyTable {
        StudyTable(
            name: "accuracy",
            caption:
                "Accuracy in per cent, mean ± deviation over seeds; test samples are seen once by each network",
            columns: [
                "Network", "Gone", "Bits", "Test", "less dense", "Validation", "Weights (bytes)",
                "Distance of rates",
            ],
            rows: rows.map { row in
                head(row) + [
                    value(row) { 100 * $0.test },
                    SeedSummary(row.differences.map { 100 * $0 }).value,
                    value(row) { 100 * $0.validation }, value(row) { Double($0.weightBytes) },
                    value(row) { $0.rateDistance ?? .nan },
                ]
            })
    }

    private var costTable: StudyTable {
        StudyTable(
            name: "cost",
            caption: "What a decision and an update in the field cost; mean over seeds",
            columns: [
                "Network", "Gone", "Bits", "Spikes", "Operations", "Energy (nJ)",
                "with memory (nJ)", "Mask (bytes)", "Weights sent (bytes)", "Training (s)",
            ],
            rows: rows.map { row in
                func mean(_ of: (SparseOutcome) -> Double) -> StudyValue {
                    .number(SeedSummary(row.values(of)).mean)
                }
                return head(row) + [
                    mean(\.spikes), mean(\.operations), mean { $0.picojoules / 1000 },
                    mean { $0.picojoulesWithMemory / 1000 }, mean { Double($0.update.mask) },
                    mean { Double($0.update.weights) }, mean(\.seconds),
                ]
            })
    }

    private var similarityTable: StudyTable {
        let shown = rows.filter { !($0.outcomes.first?.similarity.isEmpty ?? true) }
        let layers = shown.map { $0.outcomes[0].similarity.count }.max() ?? 0
        return StudyTable(
            name: "similarity",
            caption: "Linear CKA of each layer with the same layer of the dense network",
            columns: ["Network", "Gone"] + (0..<layers).map { "layer \($0 + 1)" },
            rows: shown.map { row in
                [.text(row.label), .text(NumberText.percent(row.sparsity))]
                    + (0..<layers).map { layer in
                        SeedSummary(
                            row.outcomes.map {
                                layer < $0.similarity.count ? $0.similarity[layer] : .nan
                            }
                        ).value
                    }
            })
    }

    private var earlyTable: StudyTable {
        let searched = setting.earlyBirds.compactMap { row("early bird", "early-bird-\($0)") }
        let timed = [row("early time", "early-time")].compactMap(\.self)
        func note(_ row: Row, _ name: String) -> StudyValue {
            let values = row.outcomes.compactMap { $0.notes[name] }
            return values.isEmpty ? .missing : SeedSummary(values).value
        }
        return StudyTable(
            name: "early", caption: "Early tickets: how long the search was",
            columns: [
                "Network", "Gone", "Epochs of search", "Steps", "of", "Faster (predicted)",
                "Faster (measured)",
            ],
            rows: (searched + timed).map {
                [
                    .text($0.label), .text(NumberText.percent($0.sparsity)),
                    note($0, "search-epochs"),
                    note($0, "steps"), note($0, "all-steps"), note($0, "predicted-speed-up"),
                    note($0, "measured-speed-up"),
                ]
            })
    }

    // MARK: - Figures

    private var figures: [ReportFigure] {
        func points(_ rows: [Row], _ of: (Row) -> [Double]) -> [(x: Double, y: Double)] {
            rows.map { (100 * $0.sparsity, SeedSummary(of($0)).mean) }
        }
        let tickets = (0...setting.rounds).compactMap {
            $0 == 0 ? dense : ticket($0)
        }
        func controls(_ name: String) -> [Row] {
            setting.compared.compactMap { row(name, "\(name)-\($0)") }
        }
        let accuracy: (Row) -> [Double] = { $0.outcomes.map { 100 * $0.test } }
        let curves = LineChart(
            title: "Accuracy over sparsity", summary: "Mean over seeds.",
            xName: "Connections gone (%)", yName: "Test accuracy (%)",
            series: [
                LineChart.Series(name: "ticket", points: points(tickets, accuracy)),
                LineChart.Series(name: "random", points: points(controls("random"), accuracy)),
                LineChart.Series(
                    name: "drawn anew", points: points(controls("reinitialized"), accuracy)),
            ].filter { !$0.points.isEmpty })
        let similar = LineChart(
            title: "Similarity to the dense network over sparsity",
            summary: "Linear CKA, mean over layers and seeds.", xName: "Connections gone (%)",
            yName: "CKA",
            series: [("ticket", tickets), ("random", controls("random"))].map { name, rows in
                LineChart.Series(
                    name: name,
                    points: points(rows.filter { !$0.outcomes[0].similarity.isEmpty }) { row in
                        row.outcomes.map {
                            $0.similarity.reduce(0, +) / Double(max($0.similarity.count, 1))
                        }
                    })
            }.filter { !$0.points.isEmpty })
        let sizes = ScatterChart(
            title: "Size against accuracy", summary: "Mean over seeds.",
            xName: "Weights (bytes)", yName: "Test accuracy (%)",
            groups: SparseOutcome.Kind.allCases.map(\.rawValue),
            points: rows.map { row in
                ScatterChart.Point(
                    name: "",
                    group: SparseOutcome.Kind.allCases.firstIndex(of: row.outcomes[0].kind) ?? 0,
                    x: SeedSummary(row.values { Double($0.weightBytes) }).mean,
                    y: SeedSummary(accuracy(row)).mean)
            }, hasLogarithmicX: true)
        return [
            ReportFigure(name: "sparsity", chart: curves),
            ReportFigure(name: "similarity", chart: similar),
            ReportFigure(name: "size", chart: sizes),
        ]
    }
}
