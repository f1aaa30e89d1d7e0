import RanvierAnalysis
import RanvierConfiguration
import RanvierDeployment
import RanvierLearning
import RanvierReports

/// What networks cost on a device, as claims and tables.
struct FormatsReport {
    /// A setting.
    struct Part {
        let name: String
        /// Of each seed the forms.
        let seeds: [[FormatsOutcome]]
    }

    /// A form of a setting.
    struct Row {
        let part: String
        let kind: FormatsOutcome.Kind
        /// One for each seed.
        let outcomes: [FormatsOutcome]

        /// Columns that every table begins with.
        var head: [StudyValue] { [.text(part), .text(kind.rawValue)] }

        func values(_ of: (FormatsOutcome) -> Double?) -> [Double] { outcomes.compactMap(of) }
        func value(_ of: (FormatsOutcome) -> Double?) -> StudyValue {
            SeedSummary(values(of)).value
        }
        func integers(_ of: (FormatsOutcome.Integers) -> Double?) -> StudyValue {
            value { $0.integers.flatMap(of) }
        }
    }

    let parts: [Part]

    var rows: [Row] {
        parts.flatMap { part in
            FormatsOutcome.Kind.allCases.compactMap { kind in
                let own = part.seeds.compactMap { $0.first { $0.kind == kind } }
                return own.isEmpty ? nil : Row(part: part.name, kind: kind, outcomes: own)
            }
        }
    }

    var studyResult: StudyResult {
        let claims = claims
        let held = claims.count { $0.verdict == .held }
        func list(_ verdict: StudyClaim.Verdict, _ words: String) -> [String] {
            let own = claims.filter { $0.verdict == verdict }.map(\.claim)
            return own.isEmpty ? [] : ["\(words): \(own.joined(separator: "; "))."]
        }
        var result = StudyResult(
            findings: ["\(held) of \(claims.count) claims held."]
                + list(.failed, "Did not hold") + list(.undecided, "Undecided") + obstacles,
            comparisons: [])
        result.claims = claims
        result.tables = [
            formats, accuracies, programs, costs, rates, comparison,
            steps,
        ].filter { !$0.rows.isEmpty }
        result.figures = figures
        return result
    }

    /// Why networks have no integers, and programs were not run; each reason once.
    private var obstacles: [String] {
        let left = rows.flatMap { row in
            row.outcomes.compactMap { outcome in
                outcome.obstacle.map { "\(row.part), \(row.kind.rawValue): no integers, \($0)." }
            }
        }
        let checks = rows.flatMap(\.outcomes).compactMap(\.integers).flatMap { integers in
            integers.programs.flatMap(\.checks)
        }
        let skipped = checks.filter { $0.status == .skipped }.map {
            "\($0.target) is left out: \($0.reason ?? "")."
        }
        return Set(left + skipped).sorted()
    }

    // MARK: - Tables

    /// Instructions of the average sample on a processor, of the faster program: choices count operations, not instructions, so that
    /// the one made for size may be faster.
    static func instructions(
        _ integers: FormatsOutcome.Integers, _ target: CTarget
    ) -> Double? {
        integers.programs.compactMap { $0.check(target)?.instructions }.min()
    }

    /// The same of one program.
    static func instructions(
        _ integers: FormatsOutcome.Integers, _ goal: CExportOptions.Goal, _ target: CTarget
    ) -> Double? {
        program(integers, goal)?.check(target)?.instructions
    }

    private static func program(
        _ integers: FormatsOutcome.Integers, _ goal: CExportOptions.Goal
    ) -> FormatsOutcome.Program? {
        integers.programs.first { $0.goal == goal.rawValue }
    }

    /// The one table.
    var formats: StudyTable {
        StudyTable(
            name: "formats",
            caption:
                "What each form costs, mean over seeds: bytes of the smaller program, instructions (not cycles) of the faster "
                + "one on Cortex-M4 and RISC-V; operations and energy of the average test sample",
            columns: [
                "Data", "Network", "Bits", "Zero (%)", "Accuracy (%)", "in integers (%)",
                "Tables (B)", "State (B)", "Code, M0 (B)", "Program, M0 (B)", "SynOps",
                "Instructions, M4", "Instructions, RV32", "Energy with memory (nJ)",
                "Latency here (µs)",
            ],
            rows: rows.map { row in
                row.head + [
                    .count(row.outcomes[0].bits), row.value { 100 * $0.sparsity },
                    row.value { 100 * $0.trained.share },
                    row.integers { 100 * $0.accuracy.share },
                    row.value { outcome in
                        outcome.integers.map {
                            Self.program($0, .size).map { Double($0.tableBytes) } ?? .nan
                        } ?? Double(outcome.storedBytes)
                    },
                    row.integers { Self.program($0, .size).map { Double($0.stateBytes) } },
                    row.integers {
                        Self.program($0, .size)?.check(.cortexM0)?.codeBytes.map(Double.init)
                    },
                    row.integers { $0.whole.map { Double($0.flash) } },
                    row.value { ($0.integers?.cost ?? $0.cost).synaptic },
                    row.integers { Self.instructions($0, .cortexM4) },
                    row.integers { Self.instructions($0, .riscv32) },
                    row.value { outcome in
                        (outcome.integers?.cost ?? outcome.cost).energies.first.map {
                            $0.withMemory / 1000
                        }
                    },
                    row.value { 1e6 * ($0.integers?.cost ?? $0.cost).seconds },
                ]
            })
    }

    private var accuracies: StudyTable {
        func interval(_ ends: [Double]?) -> StudyValue {
            guard let ends, ends.count == 2 else { return .missing }
            return .text(
                ends.map { NumberText.fixed(100 * $0, decimals: 1) }.joined(separator: " … "))
        }
        return StudyTable(
            name: "accuracy",
            caption:
                "Test accuracy in per cent, seed by seed: Wilson's intervals of 95 %, the difference with its paired one; places of "
                + "neuron and step (of up to 256 samples) that spike otherwise than in the same whole numbers as floats",
            columns: [
                "Data", "Network", "As trained", "95 %", "Balanced", "In integers", "95 %",
                "Balanced", "less trained", "95 %", "Same answers", "Places", "Differing",
            ],
            rows: rows.flatMap { row in
                row.outcomes.map { outcome in
                    let own = outcome.integers
                    return row.head + [
                        .number(100 * outcome.trained.share), interval(outcome.trained.interval),
                        StudyValue(outcome.trained.balanced.map { 100 * $0 }),
                        StudyValue(own.map { 100 * $0.accuracy.share }),
                        interval(own?.accuracy.interval),
                        StudyValue(own?.accuracy.balanced.map { 100 * $0 }),
                        StudyValue(own?.difference.map { 100 * $0.value }),
                        interval(own?.difference?.interval),
                        StudyValue(own.map { 100 * $0.sameAnswers }),
                        own.map { .count($0.places) } ?? .missing,
                        own.map { .count($0.differing) } ?? .missing,
                    ]
                }
            })
    }

    private var programs: StudyTable {
        StudyTable(
            name: "programs",
            caption:
                "C source made for size (compiled with -Os) and for speed (-O2), mean over seeds; bytes, and instructions of the "
                + "average sample, which are not cycles",
            columns: [
                "Data", "Network", "Made for", "Tables (B)", "State (B)", "Processor", "Check",
                "Samples", "Code (B)", "Stack (B)", "Instructions", "at most",
            ],
            rows: rows.flatMap { row in
                CExportOptions.Goal.allCases.flatMap { goal in
                    let own = row.outcomes.compactMap(\.integers).compactMap {
                        Self.program($0, goal)
                    }
                    let targets = own.first?.checks.map(\.target) ?? []
                    return targets.map { target -> [StudyValue] in
                        let checks = own.compactMap { $0.checks.first { $0.target == target } }
                        func mean(_ of: (DeviceCheck) -> Int?) -> StudyValue {
                            SeedSummary(checks.compactMap(of).map(Double.init)).value
                        }
                        let states = Set(checks.map(\.status.rawValue)).sorted()
                        return row.head + [
                            .text(goal.rawValue),
                            SeedSummary(own.map { Double($0.tableBytes) }).value,
                            SeedSummary(own.map { Double($0.stateBytes) }).value, .text(target),
                            .text(states.joined(separator: ", ")),
                            .count(checks.reduce(0) { $0 + $1.agreeing }), mean(\.codeBytes),
                            mean(\.stackBytes),
                            SeedSummary(checks.compactMap(\.instructions)).value,
                            mean(\.mostInstructions),
                        ]
                    }
                }
            })
    }

    private var costs: StudyTable {
        let tables = rows.first?.outcomes.first?.cost.energies.map(\.table) ?? []
        let energies = tables.flatMap {
            ["Arithmetic, \($0) (pJ)", "at its width (pJ)", "with memory (pJ)"]
        }
        return StudyTable(
            name: "cost",
            caption:
                "Operations and estimated energy of the average test sample; seconds on this machine, one sample at a time",
            columns: ["Data", "Network", "As", "SynOps", "MACs"] + energies + ["Latency (µs)"],
            rows: rows.flatMap { row in
                [("trained", false), ("integers", true)].compactMap { name, isInteger in
                    guard !isInteger || row.kind != .float else { return nil }
                    func value(_ of: (FormatsOutcome.Cost) -> Double?) -> StudyValue {
                        row.value { (isInteger ? $0.integers?.cost : $0.cost).flatMap(of) }
                    }
                    return row.head + [
                        .text(name), value(\.synaptic), value(\.multiplyAccumulate),
                    ]
                        + tables.flatMap { table -> [StudyValue] in
                            let parts: [(EnergyEstimate) -> Double] = [
                                \.arithmetic, \.actualWidth, \.withMemory,
                            ]
                            return parts.map { part in
                                value { $0.energies.first { $0.table == table }.map(part) }
                            }
                        } + [value { 1e6 * $0.seconds }]
                }
            })
    }

    private var rates: StudyTable {
        StudyTable(
            name: "rates",
            caption:
                "Earth mover's distance of firing rates (spikes per neuron and step) in integers to those of the dense network in "
                + "floats, test samples",
            columns: ["Data", "Network", "Layer", "Distance", "Neuron by neuron"],
            rows: rows.flatMap { row in
                (row.outcomes[0].integers?.distances ?? []).map { layer in
                    func own(_ of: (FiringRateDistance.Layer) -> Double?) -> StudyValue {
                        row.integers { $0.distances.first { $0.name == layer.name }.flatMap(of) }
                    }
                    return row.head + [
                        .text(layer.name), own(\.distance), own(\.meanDifference),
                    ]
                }
            })
    }

    private var steps: StudyTable {
        StudyTable(
            name: "steps", caption: "What was done on the way into integers, first seed",
            columns: ["Data", "Network", "Step"],
            rows: rows.flatMap { row in
                (row.outcomes[0].integers?.steps ?? []).map { row.head + [.text($0)] }
            })
    }

    /// Instructions of other ways to compute something of the same shape.
    var comparison: StudyTable {
        StudyTable(
            name: "comparison",
            caption:
                "Instructions of a sample on Cortex-M4 beside a plain loop in C over all weights and steps (run, -O2, the same "
                + "answers), and beside an artificial int8 network of the same shape for each row (a count, not run: products × "
                + "\(FormatsOutcome.instructionsPerProduct) instructions of a loop with pairs of products)",
            columns: [
                "Data", "Network", "Instructions", "Plain loop", "of it", "Artificial (count)",
                "of it",
            ],
            rows: parts.flatMap { part -> [[StudyValue]] in
                rows.filter { $0.part == part.name && $0.kind != .float }.compactMap { row in
                    let plain = plains(of: part.name)
                    guard !plain.isEmpty else { return nil }
                    let own = row.outcomes.compactMap {
                        $0.integers.flatMap { Self.instructions($0, .cortexM4) }
                    }
                    let loops = plain.compactMap(\.check.instructions)
                    let counts = plain.map {
                        Double($0.artificialProducts) * FormatsOutcome.instructionsPerProduct
                    }
                    return row.head + [
                        SeedSummary(own).value, SeedSummary(loops).value,
                        SeedSummary(Self.ratios(own, loops)).value, SeedSummary(counts).value,
                        SeedSummary(Self.ratios(own, counts)).value,
                    ]
                }
            })
    }

    private func plains(of part: String) -> [FormatsOutcome.Plain] {
        rows.first { $0.part == part && $0.kind == .eight }?.outcomes.compactMap(\.integers?.plain)
            ?? []
    }

    private static func ratios(_ a: [Double], _ b: [Double]) -> [Double] {
        a.count == b.count ? zip(a, b).map { $0 / $1 } : []
    }

    // MARK: - Figures

    private var figures: [ReportFigure] {
        func chart(
            _ title: String, _ xName: String, _ of: (FormatsOutcome.Integers) -> Double?
        ) -> ScatterChart {
            let points = rows.compactMap { row -> ScatterChart.Point? in
                let x = row.values { $0.integers.flatMap(of) }
                let y = row.values { $0.integers.map { 100 * $0.accuracy.share } }
                guard !x.isEmpty else { return nil }
                return ScatterChart.Point(
                    name: row.kind.rawValue,
                    group: parts.firstIndex { $0.name == row.part } ?? 0, x: SeedSummary(x).mean,
                    y: SeedSummary(y).mean)
            }
            return ScatterChart(
                title: title, summary: "Mean over seeds.", xName: xName,
                yName: "Test accuracy in integers (%)", groups: parts.map(\.name), points: points,
                hasLogarithmicX: true)
        }
        let bytes = chart("Flash against accuracy", "Whole program on Cortex-M0 (bytes)") {
            $0.whole.map { Double($0.flash) }
        }
        let work = chart("Instructions against accuracy", "Instructions of a sample, Cortex-M4") {
            Self.instructions($0, .cortexM4)
        }
        return [("flash", bytes), ("instructions", work)].filter { !$0.1.points.isEmpty }.map {
            ReportFigure(name: $0.0, chart: $0.1)
        }
    }
}
