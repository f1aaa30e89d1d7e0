import RanvierAlignment
import RanvierConfiguration
import RanvierReports

/// `alignment/microcircuit`: pyramidal cells and interneurons learn from a teacher, with feedback copied, fixed and aligned.
struct MicrocircuitStudy: Study {
    let name = "alignment/microcircuit"
    let title = "Microcircuits: a student chain 1-1-1 learns from a teacher"
    let source = "arXiv:2503.02642, student-teacher chain; section 4 of the specification"

    private typealias Feedback = MicrocircuitSettings.Feedback

    private struct Cell: Sendable {
        let feedback: MicrocircuitSettings.Feedback
        let seed: UInt64
        let isQuick: Bool

        var epochs: Int { isQuick ? 10 : 150 }
        var name: String { "\(feedback.rawValue)-\(epochs)-seed\(seed)" }

        func run() throws -> Outcome {
            var settings = MicrocircuitSettings()
            settings.feedback = feedback
            var circuit = try Microcircuit(
                sizes: [1, 1, 1], teacher: [[2], [2]], teacherBiases: [-1, -1], biases: [-1, -1],
                settings: settings, seed: seed)
            var outcome = Outcome(
                distances: [], outputDistances: [], forward: [], feedback: [])
            func record() {
                outcome.forward.append(circuit.forward.map { $0[0] })
                outcome.feedback.append(circuit.effectiveFeedback[0][0])
                outcome.distances.append(
                    circuit.forward.reduce(0) { $0 + ($1[0] - 2) * ($1[0] - 2) }.squareRoot())
                outcome.outputDistances.append(circuit.outputDistance)
            }
            record()
            for epoch in 0..<epochs {
                circuit.runEpoch(epoch)
                record()
            }
            return outcome
        }
    }

    /// After each epoch.
    private struct Outcome: Codable, Sendable {
        /// Euclidean distance of both forward weights from the teacher's.
        var distances: [Double]
        /// Mean distance of outputs, without noise.
        var outputDistances: [Double]
        var forward: [[Double]]
        var feedback: [Double]

        var distance: Double { distances.last ?? .nan }
        var outputDistance: Double { outputDistances.last ?? .nan }
        var hasSign: Bool { (forward.last?[1] ?? 0) * (feedback.last ?? 0) > 0 }
        /// |B − W| at the end.
        var gap: Double { abs((forward.last?[1] ?? .nan) - (feedback.last ?? .nan)) }
        /// Whether both weights are next to the teacher's.
        var arrived: Bool { distance < 0.5 }
    }

    func run(_ context: StudyContext) throws -> StudyResult {
        let own: [UInt64] = context.seeds.isEmpty ? Array(721...740) : context.seeds
        let seeds = context.isQuick ? Array(own.prefix(4)) : own
        let kinds: [Feedback] = [.copied, .fixed, .aligned]
        let cells = kinds.flatMap { kind in
            seeds.map { Cell(feedback: kind, seed: $0, isQuick: context.isQuick) }
        }
        let outcomes = try StudyCells(name, context).outcomes(cells.map { ($0.name, $0) }) {
            try $0.run()
        }
        func found(_ kind: Feedback) -> [Outcome] {
            zip(cells, outcomes).filter { $0.0.feedback == kind }.map(\.1)
        }
        let claims = claims(found)
        var result = StudyResult(findings: StudyClaim.findings(claims), comparisons: [])
        result.claims = claims
        result.tables = [
            table(kinds, found), ends(kinds, seeds, found),
        ]
        result.figures = figures(kinds, found)
        result.seeds = seeds
        return result
    }

    private static let names: [Feedback: String] = [
        .copied: "BP (copied)", .fixed: "FA (fixed)", .aligned: "SAL (aligned)",
    ]

    private func claims(_ found: (Feedback) -> [Outcome]) -> [StudyClaim] {
        let source = "arXiv:2503.02642"
        func less(_ a: Feedback, _ b: Feedback, _ value: (Outcome) -> Double) -> [Double] {
            zip(found(a), found(b)).map { value($0) - value($1) }
        }
        func signs(_ kind: Feedback) -> Double {
            let own = found(kind)
            return Double(own.count(where: \.hasSign)) / Double(max(own.count, 1))
        }
        return [
            .above(
                0, less(.fixed, .aligned, \.outputDistance),
                claim: "Aligned feedback ends nearer to the teacher's output than fixed",
                source: source, what: "distance of outputs, fixed less aligned, paired"),
            .above(
                0, less(.fixed, .aligned, \.distance),
                claim: "Aligned feedback ends nearer to the teacher's weights than fixed",
                source: source, what: "distance of weights, fixed less aligned, paired"),
            .below(
                0.02, less(.aligned, .copied, \.outputDistance),
                claim: "Aligned feedback is as good as copied, to 0.02 of occupancy",
                source: source, what: "distance of outputs, aligned less copied, paired"),
            StudyClaim(
                claim: "Aligned feedback has the sign of the forward weight in every seed",
                source: source, verdict: signs(.aligned) == 1 ? .held : .failed,
                evidence: "share of seeds \(NumberText.percent(signs(.aligned))), fixed "
                    + "\(NumberText.percent(signs(.fixed))), limit \(NumberText.percent(1))"),
        ]
    }

    private func table(_ kinds: [Feedback], _ found: (Feedback) -> [Outcome]) -> StudyTable {
        StudyTable(
            name: "microcircuit", caption: "At the end, over seeds",
            columns: [
                "Feedback", "Distance of weights", "Distance of outputs", "Seeds at the teacher",
                "Seeds with the sign of W", "|B − W|",
            ],
            rows: kinds.map { kind in
                let own = found(kind)
                return [
                    .text(Self.names[kind] ?? kind.rawValue),
                    SeedSummary(own.map(\.distance)).value,
                    SeedSummary(own.map(\.outputDistance)).value,
                    .text("\(own.count(where: \.arrived)) of \(own.count)"),
                    .text("\(own.count(where: \.hasSign)) of \(own.count)"),
                    SeedSummary(own.map(\.gap)).value,
                ]
            })
    }

    private func ends(_ kinds: [Feedback], _ seeds: [UInt64], _ found: (Feedback) -> [Outcome])
        -> StudyTable
    {
        let all = kinds.map(found)
        return StudyTable(
            name: "seeds", caption: "Forward weights and feedback of each seed, first and last",
            columns: [
                "Seed", "Feedback", "W1", "W2", "B", "W1 at the end", "W2 at the end",
                "B at the end",
            ],
            rows: seeds.enumerated().flatMap { index, seed in
                zip(kinds, all).map { kind, own in
                    let run = own[index]
                    let ends = [run.forward.first, run.forward.last].map { $0 ?? [] }
                    return [.text("\(seed)"), .text(kind.rawValue)]
                        + [
                            ends[0][0], ends[0][1], run.feedback.first ?? .nan, ends[1][0],
                            ends[1][1],
                            run.feedback.last ?? .nan,
                        ].map { StudyValue.number($0) }
                }
            })
    }

    private func figures(_ kinds: [Feedback], _ found: (Feedback) -> [Outcome]) -> [ReportFigure] {
        func chart(_ name: String, _ title: String, _ unit: String, _ values: (Outcome) -> [Double])
            -> ReportFigure
        {
            ReportFigure(
                name: name,
                chart: LineChart(
                    title: title, summary: "Mean over seeds.", xName: "Epoch", yName: unit,
                    series: kinds.map { kind in
                        let own = found(kind).map(values)
                        return LineChart.Series(
                            name: Self.names[kind] ?? kind.rawValue,
                            points: (own.first ?? []).indices.map { epoch in
                                (Double(epoch), SeedSummary(own.map { $0[epoch] }).mean)
                            })
                    }, startsAtZero: true))
        }
        return [
            chart("outputs", "Distance from the teacher's output", "Occupancy", \.outputDistances),
            chart("weights", "Distance from the teacher's weights", "Weight", \.distances),
            chart("feedback", "Feedback off the forward weight", "|B − W|") { run in
                zip(run.forward, run.feedback).map { abs($0[1] - $1) }
            },
        ]
    }
}
