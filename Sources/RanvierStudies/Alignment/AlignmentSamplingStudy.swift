import Foundation
import Ranvier
import RanvierAlignment
import RanvierConfiguration
import RanvierLearning
import RanvierReports
import RanvierTensors

/// `alignment/sampling`: a Boltzmann machine in spikes learns a distribution with synapses that differ, with and without alignment.
struct AlignmentSamplingStudy: Study {
    let name = "alignment/sampling"
    let title = "Learning to sample with independent synapses both ways"
    let source =
        "Gierlich et al. 2026, Nature Communications 17:8699: its sampling network, with fewer updates; no "
        + "published numbers are known"

    /// A cell of the grid.
    private struct Cell: Hashable, Sendable {
        var target: Int
        var start: Int
        /// Standard deviation of the weights at the start.
        var initial: Double
        /// Of the amplitudes with which synapses learn.
        var plasticity: Double
        var aligns: Bool

        var name: String {
            "target\(target)-start\(start)-initial\(initial)-plasticity\(plasticity)-"
                + (aligns ? "sal" : "hebbian")
        }
    }

    private struct Outcome: Codable, Sendable {
        /// D_KL of the target to what is sampled at the end.
        var divergence: Double
        /// Variance of `W_ij − W_ji` at the end.
        var asymmetry: Double
        /// The same after each twentieth of the updates.
        var asymmetries: [Double]
    }

    private static let units = 7, period = 20

    /// What is learned with: updates of so many steps.
    private struct Setting {
        var updates = 4000
        var steps = 20 * 1000
        var targets = 3
        var starts = 2
        var initial = [0, 0.4, 0.8]
        var plasticity = [0.02, 0.05]
        /// Of the runs that are scored.
        var scored = 100 * 20 * 1000

        static let quick = Setting(
            updates: 300, steps: 4000, targets: 1, starts: 1, initial: [0.8], plasticity: [0.05],
            scored: 400_000)
    }

    func run(_ context: StudyContext) throws -> StudyResult {
        let setting = context.isQuick ? .quick : Setting()
        let seed = context.seeds.first ?? 401
        let procedure = Procedure(
            folder: context.cache?.appending(
                path: "alignment-sampling-\(seed)\(context.isQuick ? "-quick" : "")"),
            warning: context.events.warning)
        var cells: [Cell] = []
        let noises =
            setting.initial.map { ($0, 0.0) }
            + (context.isQuick ? [] : [(0.2, 0.0)]) + setting.plasticity.map { (0.2, $0) }
        for (initial, plasticity) in noises {
            for target in 0..<setting.targets {
                for start in 0..<setting.starts {
                    for aligns in [false, true] {
                        cells.append(
                            .init(
                                target: target, start: start, initial: initial,
                                plasticity: plasticity, aligns: aligns))
                    }
                }
            }
        }
        // Cells stand side by side on the threads; a part of them is stored at a time.
        var outcomes: [Cell: Outcome] = [:]
        let width = 4
        for first in stride(from: 0, to: cells.count, by: width) {
            try context.advance(
                to: Double(first) / Double(cells.count), "sampling: \(cells[first].name)")
            let part = Array(cells[first..<min(first + width, cells.count)])
            let missing = try part.filter {
                try procedure.outcome(of: $0.name, as: Outcome.self) == nil
            }
            let made = CellResults<Outcome>()
            Parallel.forEach(parts: missing.count) { index in
                made.set(index, Result { try Self.outcome(missing[index], setting, seed, context) })
            }
            for cell in part {
                outcomes[cell] = try procedure.round(cell.name) {
                    guard let place = missing.firstIndex(of: cell) else {
                        return try Self.outcome(cell, setting, seed, context)
                    }
                    return try made.value(place)
                }
            }
        }
        return result(outcomes, noises, setting, seed, isQuick: context.isQuick)
    }

    private static func outcome(
        _ cell: Cell, _ setting: Setting, _ seed: UInt64, _ context: StudyContext
    ) throws -> Outcome {
        let count = units
        func uniform(_ name: String, _ number: Int) -> [Double] {
            RandomStream(seed: seed, name: name).substream(cell.target)
                .uniform(count: number).map { 2 * Double($0) - 1 }
        }
        func normal(_ name: String, _ number: Int) -> [Double] {
            RandomStream(seed: seed, name: name).substream(100 * cell.target + cell.start)
                .normal(count: number).map(Double.init)
        }
        var weights = uniform("target-weights", count * count)
        for i in 0..<count {
            weights[i * count + i] = 0
            for j in 0..<i { weights[i * count + j] = weights[j * count + i] }
        }
        let target = BoltzmannDistribution(weights: weights, bias: uniform("target-bias", count))
        // Each synapse begins by itself, as far from the other way as from the target.
        var learning = BoltzmannLearning(
            target: target,
            weights: normal("start", count * count).map { cell.initial * $0 },
            bias: normal("start-bias", count).map { 0.2 * $0 })
        learning.limit = 2
        learning.alignmentStep = cell.aligns ? learning.weightStep : 0
        if cell.plasticity > 0 {
            learning.amplitudes = normal("amplitudes", count * count).map {
                1 + cell.plasticity * min(max($0, -1.5), 1.5)
            }
        }
        let random = RandomStream(seed: seed, name: cell.name)
        var asymmetries: [Double] = []
        for update in 0..<setting.updates {
            try context.events.cancellation.check()
            try learning.update(
                period: period, steps: setting.steps, random: random.substream(update))
            if (update + 1) % (setting.updates / 20) == 0 {
                asymmetries.append(
                    BoltzmannLearning.asymmetry(of: learning.weights, count: count))
            }
        }
        return Outcome(
            divergence: try learning.divergence(
                period: period, steps: setting.scored,
                random: RandomStream(seed: seed, name: "score-\(cell.name)")),
            asymmetry: asymmetries.last ?? .nan, asymmetries: asymmetries)
    }

    // MARK: - Telling

    private func result(
        _ outcomes: [Cell: Outcome], _ noises: [(initial: Double, plasticity: Double)],
        _ setting: Setting, _ seed: UInt64, isQuick: Bool
    ) -> StudyResult {
        func values(
            _ noise: (initial: Double, plasticity: Double), _ aligns: Bool,
            _ value: (Outcome) -> Double
        ) -> [Double] {
            (0..<setting.targets).flatMap { target in
                (0..<setting.starts).compactMap { start in
                    outcomes[
                        Cell(
                            target: target, start: start, initial: noise.initial,
                            plasticity: noise.plasticity, aligns: aligns)
                    ].map(value)
                }
            }
        }
        func gained(_ noise: (initial: Double, plasticity: Double)) -> [Double] {
            zip(values(noise, false, \.divergence), values(noise, true, \.divergence)).map {
                log($0 / $1)
            }
        }
        let claims = noises.filter { $0.initial >= 0.4 || $0.plasticity > 0 }.map { noise in
            StudyClaim.above(
                0, gained(noise),
                claim: "Alignment brings what is sampled nearer to the target at \(text(noise))",
                source: "Gierlich et al. 2026",
                what: "logarithm of the ratio of D_KL without and with alignment")
        }
        var result = StudyResult(findings: StudyClaim.findings(claims), comparisons: [])
        result.claims = claims
        result.tables = [
            StudyTable(
                name: "sampling",
                caption:
                    "D_KL of the target to what is sampled, and variance of W_ij − W_ji, at the end; "
                    + "mean and deviation over targets and starts",
                columns: [
                    "Noise", "D_KL, Hebbian", "D_KL, with SAL", "Asymmetry, Hebbian",
                    "Asymmetry, with SAL",
                ],
                rows: noises.map { noise in
                    [.text(text(noise))]
                        + [false, true].map { SeedSummary(values(noise, $0, \.divergence)).value }
                        + [false, true].map { SeedSummary(values(noise, $0, \.asymmetry)).value }
                })
        ]
        result.figures = [
            ReportFigure(
                name: "asymmetry",
                chart: LineChart(
                    title: "Asymmetry of weights over updates",
                    summary: "Mean over targets and starts.",
                    xName: "Updates", yName: "Variance of the difference of partners",
                    series: noises.suffix(2).flatMap { noise in
                        [false, true].map { aligns in
                            LineChart.Series(
                                name: "\(text(noise)), \(aligns ? "SAL" : "Hebbian")",
                                points: (0..<20).map { index in
                                    (
                                        Double((index + 1) * setting.updates / 20),
                                        SeedSummary(
                                            values(noise, aligns) { $0.asymmetries[index] }
                                        ).mean
                                    )
                                })
                        }
                    }, isLogarithmic: true))
        ]
        result.seeds = [seed]
        result.isWhole = !isQuick
        return result
    }

    private func text(_ noise: (initial: Double, plasticity: Double)) -> String {
        noise.plasticity > 0
            ? "plasticity noise \(NumberText.significant(noise.plasticity))"
            : "initial noise \(NumberText.significant(noise.initial))"
    }
}

/// What parts of a loop found, each in a place of its own.
private final class CellResults<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var results: [Int: Result<Value, any Error>] = [:]

    func set(_ index: Int, _ result: Result<Value, any Error>) {
        lock.withLock { results[index] = result }
    }

    func value(_ index: Int) throws -> Value {
        guard let result = lock.withLock({ results[index] }) else {
            preconditionFailure("a part of the loop has no result")
        }
        return try result.get()
    }
}
