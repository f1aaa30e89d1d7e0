import Foundation
import Ranvier
import RanvierAlignment
import RanvierConfiguration
import RanvierLearning
import RanvierReports
import RanvierTensors

/// `alignment/chain`: layers of 20, 30, 30 and 10 sampling neurons whose feedback weights all move at once.
struct AlignmentChainStudy: Study {
    let name = "alignment/chain"
    let title = "Three matrices of feedback weights align at once"
    let source = "no published numbers; limits are those of a prototype"

    private struct Outcome: Codable, Sendable {
        /// Agreement of each matrix after each update, from 0.
        var agreements: [[WeightAgreement]]
    }

    private static let sizes = [20, 30, 30, 10], updates = 200

    /// How steps become smaller: η and n₀ of η / (1 + n / n₀).
    private enum Steps: String, CaseIterable {
        case prototype
        /// Chosen on seeds 1 and 2: larger first and smaller at the end, where noise is all that is left.
        case steeper

        var schedule: StepSchedule {
            self == .prototype ? StepSchedule(2, halving: 20) : StepSchedule(4, halving: 7)
        }
        var text: String {
            "\(NumberText.significant(schedule.first)) / (1 + n / "
                + "\(NumberText.significant(schedule.halving ?? 0)))"
        }
    }

    func run(_ context: StudyContext) throws -> StudyResult {
        let standard: [UInt64] = context.isQuick ? [211] : [211, 212, 213, 214, 215]
        let seeds = context.seeds.isEmpty ? standard : context.seeds
        let procedure = Procedure(
            folder: context.cache?.appending(path: "alignment-chain"),
            warning: context.events.warning)
        var outcomes: [Steps: [Outcome]] = [:]
        for (index, seed) in seeds.enumerated() {
            for steps in Steps.allCases {
                try context.advance(
                    to: Double(index) / Double(seeds.count), "chain: seed \(seed), \(steps.text)")
                outcomes[steps, default: []].append(
                    try procedure.round("chain-\(steps)-\(seed)") {
                        try Self.outcome(seed, steps, context)
                    })
            }
        }
        return result(outcomes, seeds)
    }

    private func result(_ all: [Steps: [Outcome]], _ seeds: [UInt64]) -> StudyResult {
        let outcomes = all[.steeper] ?? []
        func angles(_ update: Int, _ runs: [Outcome]) -> [Double] {
            runs.map { $0.agreements[update].map(\.angle).reduce(0, +) / 3 }
        }
        func largest(_ update: Int, _ runs: [Outcome]) -> [Double] {
            runs.map { $0.agreements[update].map(\.angle).max() ?? .nan }
        }
        let own = "prototype in double precision"
        let claims =
            [
                StudyClaim.below(
                    12, largest(40, outcomes),
                    claim: "The largest angle after 40 updates is below 12°", source: own,
                    what: "degrees"),
                .below(
                    4, largest(Self.updates, outcomes),
                    claim: "The largest angle after 200 updates is at most 4°", source: own,
                    what: "degrees"),
                .below(
                    4, angles(Self.updates, all[.prototype] ?? []),
                    claim:
                        "With the prototype's steps the mean angle after 200 updates is at most 4°",
                    source: own, what: "degrees"),
            ]
            + (0..<3).map { matrix in
                StudyClaim.inside(
                    0.97...1.03, outcomes.map { $0.agreements[Self.updates][matrix].slope },
                    claim: "Slope of matrix \(matrix + 1) after 200 updates is 0.97 to 1.03",
                    source: own, what: "slope")
            }
        var result = StudyResult(findings: StudyClaim.findings(claims), comparisons: [])
        result.claims = claims
        let marks = [0, 10, 20, 40, 100, Self.updates]
        result.tables = [
            StudyTable(
                name: "chain", caption: "Angles of the matrices in degrees",
                columns: ["Step", "Updates of 2000 τ"] + (1...3).map { "Matrix \($0)" }
                    + ["Largest"],
                rows: Steps.allCases.flatMap { steps in
                    marks.map { update in
                        let runs = all[steps] ?? []
                        return [.text(steps.text), .count(update)]
                            + (0..<3).map { matrix in
                                SeedSummary(runs.map { $0.agreements[update][matrix].angle }).value
                            } + [SeedSummary(largest(update, runs)).value]
                    }
                })
        ]
        result.figures = [
            ReportFigure(
                name: "chain",
                chart: LineChart(
                    title: "Angles of three matrices over updates",
                    summary: "20-30-30-10 neurons, τ = 10, step \(Steps.steeper.text), mean over "
                        + "seeds.",
                    xName: "Updates of 2000 τ", yName: "Angle (degrees)",
                    series: (0..<3).map { matrix in
                        .init(
                            name: "matrix \(matrix + 1)",
                            points: (0...Self.updates).map { update in
                                let angles = outcomes.map { $0.agreements[update][matrix].angle }
                                return (Double(update), SeedSummary(angles).mean)
                            })
                    }, startsAtZero: true))
        ]
        result.seeds = seeds
        result.isWhole = seeds.count >= 5
        return result
    }

    private static func outcome(
        _ seed: UInt64, _ steps: Steps, _ context: StudyContext
    ) throws -> Outcome {
        var substrate = SamplingSubstrate()
        substrate.step = steps.schedule.first
        substrate.halving = steps.schedule.halving
        var stack = (1..<sizes.count).map { index in
            let shape = [sizes[index - 1], sizes[index]]
            let bound = (3 / Float(sizes[index - 1])).squareRoot()
            func draw(_ name: String) -> Tensor {
                Tensor(
                    uniformIn: -bound..<bound, shape: shape,
                    from: RandomStream(seed: seed, name: name).substream(index))
            }
            return FeedbackLayer(
                name: "matrix \(index)", weights: draw("forward"), bias: nil,
                feedback: draw("feedback"))
        }
        func agreements() -> [WeightAgreement] {
            stack.map {
                WeightAgreement(
                    forward: $0.weights.scalars.map(Double.init),
                    feedback: $0.feedback.scalars.map(Double.init))
            }
        }
        var outcome = Outcome(agreements: [agreements()])
        for update in 0..<updates {
            try context.events.cancellation.check()
            _ = try substrate.align(&stack, update: update, seed: seed)
            outcome.agreements.append(agreements())
        }
        return outcome
    }
}
