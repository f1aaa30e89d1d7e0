import Foundation
import Ranvier
import RanvierAlignment
import RanvierConfiguration
import RanvierLearning
import RanvierReports
import RanvierTensors

/// `alignment/two-neurons`: two neurons that excite each other, and how their weights find each other.
struct AlignmentTwoNeuronsStudy: Study {
    let name = "alignment/two-neurons"
    let title = "Two reciprocal synapses meet, or one finds the other"
    let source =
        "Gierlich et al. 2026, Nature Communications 17:8699: settings of its two-neuron system; limits are "
        + "those of a prototype"

    /// What of the two moves, and how spikes are heard.
    private struct Case: Sendable {
        var name: String
        var movesBoth = true
        var sign = 1.0
        var potential = PostsynapticPotential.rectangular
    }

    private struct Outcome: Codable, Sendable {
        /// Both weights after each tenth epoch.
        var first: [Double]
        var second: [Double]
        /// Means over the last fifth of the epochs.
        var means: [Double]
    }

    private static let tau = 25, steps = 1500, step = 0.03
    private static let weights = (1.5, 0.5), bias = [-0.5, -0.2]
    private static let cases = [
        Case(name: "both"), Case(name: "one", movesBoth: false),
        Case(name: "inverted", sign: -1),
        Case(name: "exponential", potential: .exponential), Case(name: "alpha", potential: .alpha),
    ]

    func run(_ context: StudyContext) throws -> StudyResult {
        let standard: [UInt64] = context.isQuick ? [301] : [301, 302, 303, 304, 305]
        let seeds = context.seeds.isEmpty ? standard : context.seeds
        let procedure = Procedure(
            folder: context.cache?.appending(
                path: "alignment-two-neurons\(context.isQuick ? "-quick" : "")"),
            warning: context.events.warning)
        var outcomes: [String: [Outcome]] = [:]
        for (index, seed) in seeds.enumerated() {
            for one in Self.cases {
                try context.advance(
                    to: Double(index) / Double(seeds.count),
                    "two neurons: seed \(seed), \(one.name)")
                outcomes[one.name, default: []].append(
                    try procedure.round("\(one.name)-\(seed)") {
                        try Self.outcome(one, seed, context)
                    })
            }
        }
        let plane = try procedure.round("plane") { try Self.plane(context) }
        let dale = try seeds.map { seed in
            try procedure.round("dale-\(seed)") { try Self.dale(seed, context) }
        }
        return result(outcomes, plane, dale, seeds, isQuick: context.isQuick)
    }

    // MARK: - Runs

    /// Rate-form changes of both weights in a run, by the fast engine or, for other potentials, by the definition.
    private static func changes(
        _ w: (Double, Double), _ potential: PostsynapticPotential, steps: Int, replicas: Int,
        random: RandomStream
    ) throws -> (Double, Double) {
        let network = SamplingNetwork(
            boltzmann: [0, w.0, w.1, 0], bias: bias, period: tau)
        let kernel = SpikeTimingKernel(timeConstant: Double(tau))
        let share = Double(tau) / Double(steps * replicas)
        guard potential == .rectangular else {
            var simulation = SamplingSimulation(network, shape: potential)
            var traces = SpikeTraces(of: 2, kernel: kernel)
            let uniforms = random.uniform(count: 2 * steps)
            for step in 0..<steps {
                traces.advance(
                    simulation.step([Double(uniforms[2 * step]), Double(uniforms[2 * step + 1])]))
            }
            let sum = share * traces.sum(post: 0, pre: 1)
            return (sum, -sum)
        }
        var request = SamplingEngine.Request(kernel: kernel)
        request.pairs = [.init(spiking: 0, traced: 0)]
        let record = try SamplingEngine(network).run(
            replicas: replicas, warmup: 2 * tau, steps: steps, random: random, for: request)
        // The synapse onto the first neuron is raised by pairs in which it fires before the second.
        let sum = share * (record.sums[0][2] - record.sums[0][1])
        return (sum, -sum)
    }

    private static func outcome(
        _ one: Case, _ seed: UInt64, _ context: StudyContext
    ) throws -> Outcome {
        let epochs = context.isQuick && one.potential != .rectangular ? 300 : 1500
        var w = weights, outcome = Outcome(first: [w.0], second: [w.1], means: [0, 0])
        for epoch in 0..<epochs {
            try context.events.cancellation.check()
            let change = try changes(
                w, one.potential, steps: steps, replicas: 1,
                random: RandomStream(seed: seed, name: one.name).substream(epoch))
            if one.movesBoth { w.0 = limited(w.0 + one.sign * step * change.0) }
            w.1 = limited(w.1 + one.sign * step * change.1)
            if epoch % 10 == 9 {
                outcome.first.append(w.0)
                outcome.second.append(w.1)
            }
            if epoch >= epochs - epochs / 5 {
                outcome.means[0] += w.0 / Double(epochs / 5)
                outcome.means[1] += w.1 / Double(epochs / 5)
            }
        }
        return outcome
    }

    /// Differences of the effective weights of a circuit with inhibitory neurons, first and as the mean over the last fifth.
    private static func dale(_ seed: UInt64, _ context: StudyContext) throws -> [Double] {
        var circuit = DaleCircuit(seed: seed)
        func gap() -> Double { circuit.effective[0] - circuit.effective[1] }
        let first = gap(), epochs = 1500
        var last = 0.0
        for epoch in 0..<epochs {
            try context.events.cancellation.check()
            try circuit.update(
                step: step, steps: steps,
                random: RandomStream(seed: seed, name: "dale").substream(epoch))
            if epoch >= epochs - epochs / 5 { last += gap() / Double(epochs / 5) }
        }
        return [first, last]
    }

    private static func limited(_ w: Double) -> Double { min(max(w, -4), 4) }

    /// Mean change of the first weight over the plane of both, in rows of the second.
    private static func plane(_ context: StudyContext) throws -> [[Double]] {
        try axis.enumerated().map { row, second in
            try context.events.cancellation.check()
            return try axis.enumerated().map { column, first in
                try changes(
                    (first, second), .rectangular, steps: context.isQuick ? 20_000 : 200_000,
                    replicas: 4,
                    random: RandomStream(seed: 300, name: "plane").substream(100 * row + column)
                ).0
            }
        }
    }

    private static let axis = [-2.0, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2]

    // MARK: - Telling

    private func result(
        _ outcomes: [String: [Outcome]], _ plane: [[Double]], _ dale: [[Double]],
        _ seeds: [UInt64], isQuick: Bool
    ) -> StudyResult {
        func means(_ name: String, _ index: Int) -> [Double] {
            (outcomes[name] ?? []).map { $0.means[index] }
        }
        func gaps(_ name: String) -> [Double] {
            (outcomes[name] ?? []).map { abs($0.means[0] - $0.means[1]) }
        }
        let own = "prototype in double precision"
        var wrong = 0, pairs = 0
        for (row, second) in Self.axis.enumerated() {
            for (column, first) in Self.axis.enumerated() where abs(first - second) > 0.4 {
                pairs += 1
                if plane[row][column] * (second - first) <= 0 { wrong += 1 }
            }
        }
        let claims = [
            StudyClaim.below(
                0.15, gaps("both"), claim: "Both plastic: the weights meet", source: own,
                what: "difference of the means over the last 300 epochs"),
            .inside(
                0.95...1.05, zip(means("both", 0), means("both", 1)).map { ($0 + $1) / 2 },
                claim: "They meet at the mean of what they were", source: own, what: "weight"),
            .inside(
                1.4...1.6, means("one", 1),
                claim: "One plastic: it finds the other, 1.5", source: own, what: "weight"),
            .above(
                1.5, gaps("inverted"), claim: "The inverted kernel drives them apart", source: own,
                what: "difference"),
            .below(
                0.5, dale.map { abs($0[1]) / abs($0[0]) },
                claim:
                    "Where neurons excite or inhibit and none does both, effective weights near each "
                    + "other", source: "Gierlich et al. 2026, circuit that obeys Dale's law",
                what: "difference at the end over that at first"),
            StudyClaim(
                claim: "Weights move towards each other everywhere in the plane",
                source: "Gierlich et al. 2026, phase plane", verdict: wrong == 0 ? .held : .failed,
                evidence:
                    "\(pairs - wrong) of \(pairs) pairs of weights in −2 … 2 more than 0.4 apart",
                measured: Double(pairs - wrong), limit: Double(pairs)),
        ]
        var result = StudyResult(findings: StudyClaim.findings(claims), comparisons: [])
        result.claims = claims
        result.tables = [
            StudyTable(
                name: "weights", caption: "Weights at the end, from 1.5 and 0.5",
                columns: ["Case", "First", "Second"],
                rows: Self.cases.map { one in
                    [
                        .text(one.name), SeedSummary(means(one.name, 0)).value,
                        SeedSummary(means(one.name, 1)).value,
                    ]
                }),
            StudyTable(
                name: "plane",
                caption:
                    "Mean change of the first weight over the plane, in units of the step: columns "
                    + "are the first weight, rows the second",
                columns: ["Second"] + Self.axis.map { NumberText.significant($0) },
                rows: zip(Self.axis, plane).map { second, row in
                    [.number(second)] + row.map { .number($0) }
                }),
        ]
        result.figures = [figure(outcomes)]
        result.seeds = seeds
        result.isWhole = !isQuick
        return result
    }

    private func figure(_ outcomes: [String: [Outcome]]) -> ReportFigure {
        let shown = ["both", "one", "exponential", "alpha"]
        return ReportFigure(
            name: "weights",
            chart: LineChart(
                title: "Two weights over epochs of 60 τ",
                summary: "First seed; τ = 25, step 0.03 in rate form, biases −0.5 and −0.2.",
                xName: "Epoch", yName: "Weight",
                series: shown.flatMap { name -> [LineChart.Series] in
                    guard let run = outcomes[name]?.first else { return [] }
                    return [("first", run.first), ("second", run.second)].map { which, values in
                        .init(
                            name: "\(name), \(which)",
                            points: values.enumerated().map { (10 * Double($0), $1) })
                    }
                }))
    }
}
