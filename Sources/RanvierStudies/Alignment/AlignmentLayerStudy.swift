import Foundation
import Ranvier
import RanvierAlignment
import RanvierConfiguration
import RanvierLearning
import RanvierReports

/// `alignment/layer`: 50 × 50 random weights both ways, and how feedback weights find the forward ones.
struct AlignmentLayerStudy: Study {
    let name = "alignment/layer"
    let title = "A layer of 50 x 50 synapses aligns on its own noise"
    let source =
        "Gierlich et al. 2026, Nature Communications 17:8699: the layer of its comparison with RDD and "
        + "STDWI; no published numbers are known, limits are those of a prototype"

    /// Another circuit that estimates forward weights from spikes, for the same figure.
    struct Circuit: Sendable {
        var name: String
        /// Agreement of the estimate for forward weights `[50, 50]` after times in units of τ.
        var agreement:
            @Sendable (_ forward: [Double], _ seed: UInt64) throws -> [(
                time: Double, agreement: WeightAgreement
            )]
    }

    /// Those that are there.
    static let circuits: [Circuit] = []

    /// What a run came to.
    struct Outcome: Codable, Sendable {
        /// Agreement at times in units of τ, of all replicas together.
        var times: [Double]
        var agreements: [WeightAgreement]
        /// Weights at the end, for a scatter plot.
        var forward: [Double]
        var feedback: [Double]

        /// Angle at a time; nil where it was not reached.
        func agreement(at time: Double) -> WeightAgreement? {
            times.firstIndex { abs($0 - time) < 1 }.map { agreements[$0] }
        }
    }

    private static let half = 100_000.0, end = 200_000.0

    func run(_ context: StudyContext) throws -> StudyResult {
        let standard: [UInt64] = context.isQuick ? [101] : [101, 102, 103, 104, 105]
        let seeds = context.seeds.isEmpty ? standard : context.seeds
        let rules = AlignedLayer.Rule.allCases
        let procedure = Procedure(
            folder: context.cache?.appending(path: "alignment-layer"),
            warning: context.events.warning)
        var outcomes: [AlignedLayer.Rule: [Outcome]] = [:]
        var wide: [Outcome] = []
        let cells = Double(seeds.count * (rules.count + 1))
        var done = 0.0
        for seed in seeds {
            for rule in rules {
                try context.advance(to: done / cells, "layer: seed \(seed), \(rule.rawValue)")
                outcomes[rule, default: []].append(
                    try procedure.round("layer-\(rule)-\(seed)") {
                        try Self.outcome(.init(), rule, seed, until: Self.end, context)
                    })
                done += 1
            }
            try context.advance(to: done / cells, "layer: seed \(seed), unequal biases")
            wide.append(
                try procedure.round("layer-biases-\(seed)") {
                    try Self.outcome(
                        Self.unequal, .decaying, seed, until: 400 * Self.unequal.time, context)
                })
            done += 1
        }
        let circuits = try Self.circuits.map { circuit in
            (circuit.name, try circuit.agreement(outcomes[.feedback]?[0].forward ?? [], seeds[0]))
        }
        return result(outcomes, wide, circuits, seeds)
    }

    /// 20 × 20, τ = 20, biases N(−0.5, 1): a rate step of 2 that halves in 30 updates of 2000 τ.
    private static var unequal: AlignedLayer.Setting {
        var setting = AlignedLayer.Setting()
        (setting.lower, setting.upper, setting.tau) = (20, 20, 20)
        (setting.replicas, setting.steps) = (8, 5000)
        setting.bias = (-0.5, 1)
        setting.deviation = 0.3
        // A rate step of 2: ε = 2 τ / (R T).
        setting.pairStep = 2 * 20 / Double(8 * 5000)
        (setting.firstFactor, setting.halving) = (1, 30)
        return setting
    }

    private static func outcome(
        _ setting: AlignedLayer.Setting, _ rule: AlignedLayer.Rule, _ seed: UInt64,
        until end: Double, _ context: StudyContext
    ) throws -> Outcome {
        var layer = AlignedLayer(setting, rule: rule, seed: seed)
        var outcome = Outcome(
            times: [0], agreements: [layer.agreement], forward: [], feedback: [])
        let updates = Int((end / setting.time).rounded())
        // What runs away is stopped by its limits; a quarter of the time shows it.
        let last = rule == .inverted ? updates / 4 : updates
        for update in 1...last {
            try context.events.cancellation.check()
            try layer.update()
            if update % max(updates / 40, 1) == 0 || update == last {
                outcome.times.append(Double(update) * setting.time)
                outcome.agreements.append(layer.agreement)
            }
        }
        (outcome.forward, outcome.feedback) = (layer.forward, layer.feedback)
        return outcome
    }

    // MARK: - Telling

    private func result(
        _ outcomes: [AlignedLayer.Rule: [Outcome]], _ wide: [Outcome],
        _ circuits: [(String, [(time: Double, agreement: WeightAgreement)])], _ seeds: [UInt64]
    ) -> StudyResult {
        func values(
            _ rule: AlignedLayer.Rule, _ time: Double, _ value: (WeightAgreement) -> Double
        ) -> [Double] {
            (outcomes[rule] ?? []).compactMap { $0.agreement(at: time).map(value) }
        }
        func last(_ runs: [Outcome], _ value: (WeightAgreement) -> Double) -> [Double] {
            runs.compactMap { $0.agreements.last.map(value) }
        }
        let own = "prototype in double precision"
        let claims = [
            StudyClaim.below(
                16, values(.feedback, Self.half, \.angle),
                claim: "Angle at 100 000 τ is at most 16°",
                source: own, what: "degrees"),
            .inside(
                0.95...1.05, values(.feedback, Self.end, \.slope),
                claim: "Slope of B over W at 200 000 τ is 0.95 to 1.05", source: own, what: "slope"),
            .below(
                16, values(.published, Self.half, \.angle),
                claim: "So with the published window of 2τ", source: own, what: "degrees"),
            // Both move, and meet at a mean that is smaller than they were: twice the angle that noise leaves.
            .below(
                16, values(.both, Self.end, \.angle),
                claim: "With both partners plastic they meet", source: own, what: "degrees"),
            .above(
                90, last(outcomes[.inverted] ?? [], \.angle),
                claim: "The inverted kernel turns feedback away", source: own, what: "degrees"),
        ]
        var result = StudyResult(findings: StudyClaim.findings(claims), comparisons: [])
        result.claims = claims
        result.tables = [table(outcomes, wide)]
        result.figures = [over(outcomes, circuits), scatter(outcomes[.feedback]?.first)]
        result.seeds = seeds
        result.isWhole = seeds.count >= 5
        return result
    }

    private func table(
        _ outcomes: [AlignedLayer.Rule: [Outcome]], _ wide: [Outcome]
    ) -> StudyTable {
        func row(_ name: String, _ runs: [Outcome], _ half: Double?) -> [StudyValue] {
            func value(_ of: (Outcome) -> Double?) -> StudyValue {
                SeedSummary(runs.compactMap(of)).value
            }
            return [
                .text(name), value { $0.agreements.first?.angle },
                value { run in half.flatMap { run.agreement(at: $0)?.angle } },
                value { $0.agreements.last?.angle }, value { $0.agreements.last?.slope },
                value { $0.agreements.last?.size },
                StudyValue(runs.first?.times.last),
            ]
        }
        return StudyTable(
            name: "layer", caption: "Angles between B and W, mean and deviation over seeds",
            columns: [
                "Rule", "At first (°)", "At 100 000 τ (°)", "At the end (°)", "Slope", "|B| / |W|",
                "End (τ)",
            ],
            rows: AlignedLayer.Rule.allCases.map {
                row($0.rawValue, outcomes[$0] ?? [], Self.half)
            } + [row("20 x 20, biases N(−0.5, 1), τ 20", wide, nil)])
    }

    private func over(
        _ outcomes: [AlignedLayer.Rule: [Outcome]],
        _ circuits: [(String, [(time: Double, agreement: WeightAgreement)])]
    ) -> ReportFigure {
        let series = AlignedLayer.Rule.allCases.compactMap { rule -> LineChart.Series? in
            guard let runs = outcomes[rule], let first = runs.first else { return nil }
            return LineChart.Series(
                name: rule.rawValue,
                points: first.times.indices.map { index in
                    (
                        first.times[index] / 1000,
                        SeedSummary(runs.map { $0.agreements[index].angle }).mean
                    )
                })
        }
        return ReportFigure(
            name: "angle",
            chart: LineChart(
                title: "Angle between feedback and forward weights",
                summary: "50 x 50 synapses between stochastic neurons, mean over seeds.",
                xName: "Simulated time of all replicas (1000 τ)", yName: "Angle (degrees)",
                series: series
                    + circuits.map { name, points in
                        .init(
                            name: name, points: points.map { ($0.time / 1000, $0.agreement.angle) })
                    }, startsAtZero: true))
    }

    private func scatter(_ outcome: Outcome?) -> ReportFigure {
        let pairs = outcome.map { Array(zip($0.forward, $0.feedback)) } ?? []
        return ReportFigure(
            name: "scatter",
            chart: ScatterChart(
                title: "Feedback over forward weights at 200 000 τ",
                summary: "Every fourth synapse of the first seed.", xName: "W", yName: "B",
                points: stride(from: 0, to: pairs.count, by: 4).map {
                    ScatterChart.Point(name: "", x: pairs[$0].0, y: pairs[$0].1)
                }))
    }
}
