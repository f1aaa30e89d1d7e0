import RanvierAnalysis
import RanvierConfiguration
import RanvierLearning

/// The measures of a run in words, for tables and tiles.
package enum RunMeasures {
    /// Measures that tell a network from one that looks at nothing.
    package static let beyondChance = ["balanced-accuracy", "explained-variance"]

    /// A key figure.
    package struct Tile {
        package let name: String
        package let value: String
        package let aside: String?
    }

    /// How a value compares with another's.
    private enum Comparison: Sendable {
        case points
        case ratio
        case none
    }

    private struct Row: Sendable {
        let name: String
        let value: @Sendable (RunResult) -> Double
        let text: @Sendable (Double) -> String
        let comparison: Comparison
        // Measures of spikes say nothing about a network that has none.
        var isSpiking = false
    }

    /// Rows of what the task and the run measured, then of what every network costs.
    private static func rows(_ result: RunResult) -> [Row] {
        result.measures.map { measure in
            Row(
                name: measure.title, value: { $0.measures[measure.name]?.value ?? .nan },
                text: { value in
                    var shown = measure
                    shown.value = value
                    return shown.text
                }, comparison: measure.unit == Measure.share ? .points : .ratio)
        } + costs
    }

    private static let costs: [Row] = [
        Row(
            name: "Test loss", value: \.test.loss, text: { NumberText.significant($0) },
            comparison: .none),
        Row(
            name: "Energy, arithmetic", value: \.energy.arithmeticPicojoules, text: energy,
            comparison: .ratio),
        Row(
            name: "Energy, at its width", value: \.energy.actualWidthPicojoules, text: energy,
            comparison: .ratio),
        Row(
            name: "Energy, with memory", value: \.energy.withMemoryPicojoules, text: energy,
            comparison: .ratio),
        Row(
            name: "Synaptic operations", value: \.operations.synaptic, text: number,
            comparison: .none, isSpiking: true),
        Row(
            name: "Multiply-accumulates", value: \.operations.multiplyAccumulate, text: number,
            comparison: .ratio),
        Row(
            name: "Spikes", value: \.activity.spikesPerSample, text: number, comparison: .none,
            isSpiking: true),
        Row(
            name: "Weights", value: { Double($0.memory.weightBytes) },
            text: { NumberText.bytes($0) },
            comparison: .ratio),
        Row(
            name: "Neuron states", value: { Double($0.memory.stateBytes) },
            text: { NumberText.bytes($0) }, comparison: .ratio),
        Row(
            name: "Peak resident memory of the process",
            value: { Double($0.memory.peakResidentBytes) }, text: { NumberText.bytes($0) },
            comparison: .ratio),
        Row(
            name: "Latency", value: \.latency.secondsPerSample, text: { NumberText.seconds($0) },
            comparison: .ratio),
        Row(
            name: "Training time", value: \.training.seconds, text: { NumberText.seconds($0) },
            comparison: .ratio),
    ]

    @Sendable private static func energy(_ value: Double) -> String {
        NumberText.energy(picojoules: value)
    }

    @Sendable private static func number(_ value: Double) -> String {
        value.isFinite && abs(value) >= 1000
            ? NumberText.fixed(value, decimals: 0) : NumberText.significant(value)
    }

    /// One row per measure: name, value.
    package static func rows(of result: RunResult) -> [[String]] {
        rows(result).map { [$0.name, text(of: result, $0)] }
    }

    /// One row per measure: name, both values, how they compare.
    package static func rows(of result: RunResult, beside baseline: RunResult) -> [[String]] {
        rows(result).map { measure in
            [
                measure.name, text(of: result, measure), text(of: baseline, measure),
                comparison(measure, result, baseline),
            ]
        }
    }

    private static func text(of result: RunResult, _ measure: Row) -> String {
        if let found = result.measures.first(where: { $0.title == measure.name }) {
            return found.textWithInterval
        }
        if measure.isSpiking, !result.hasSpikes { return "–" }
        return measure.text(measure.value(result))
    }

    private static func comparison(
        _ measure: Row, _ result: RunResult, _ baseline: RunResult
    ) -> String {
        let own = measure.value(result)
        let other = measure.value(baseline)
        guard own.isFinite, other.isFinite else { return "–" }
        switch measure.comparison {
        case .none: return "–"
        case .points:
            let difference = own - other
            guard abs(difference) >= 0.00005 else { return "equal" }
            let text = NumberText.fixed(abs(100 * difference), decimals: 2)
            return "\(text) points \(difference > 0 ? "higher" : "lower")"
        case .ratio:
            guard own > 0, other > 0 else { return "–" }
            let factor = own < other ? other / own : own / other
            guard factor >= 1.005 else { return "equal" }
            return "\(NumberText.significant(factor))× \(own < other ? "less" : "more")"
        }
    }

    /// The numbers at the top of the page.
    package static func tiles(of result: RunResult) -> [Tile] {
        let other = result.baseline
        func tile(_ name: String, _ text: (RunResult) -> String) -> Tile {
            Tile(
                name: name, value: text(result),
                aside: other.map { "\($0.displayModel): \(text($0))" })
        }
        func tile(_ measure: Measure, _ name: String) -> Tile {
            tile(name) { result in
                guard let found = result.measures[measure.name] else { return "–" }
                return found.unit == Measure.share ? NumberText.percent(found.value) : found.text
            }
        }
        var tiles = result.measures.prefix(1).map { tile($0, "Test \($0.label)") }
        tiles += [
            tile("Energy, arithmetic") { energy($0.energy.arithmeticPicojoules) },
            tile("Energy, with memory") { energy($0.energy.withMemoryPicojoules) },
            tile("Weights and state") {
                NumberText.bytes(Double($0.memory.weightBytes + $0.memory.stateBytes))
            },
            tile("Latency") { NumberText.seconds($0.latency.secondsPerSample) },
        ]
        tiles += result.measures.dropFirst().prefix(1).map { tile($0, $0.title) }
        return tiles
    }
}
