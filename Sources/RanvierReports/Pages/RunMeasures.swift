import RanvierAnalysis
import RanvierConfiguration
import RanvierLearning

/// The measures of a run in words, for tables and tiles.
package enum RunMeasures {
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

    private struct Measure: Sendable {
        let name: String
        let value: @Sendable (RunResult) -> Double
        let text: @Sendable (Double) -> String
        let comparison: Comparison
        // Measures of spikes say nothing about a network that has none.
        var isSpiking = false
    }

    private static let measures: [Measure] = [
        Measure(
            name: "Test accuracy", value: \.test.accuracy,
            text: { NumberText.percent($0, decimals: 2) }, comparison: .points),
        Measure(
            name: "Test loss", value: \.test.loss, text: { NumberText.significant($0) },
            comparison: .none),
        Measure(
            name: "Expected calibration error",
            value: \.calibration.expectedCalibrationError,
            text: { NumberText.percent($0, decimals: 2) }, comparison: .points),
        Measure(
            name: "Energy, arithmetic", value: \.energy.arithmeticPicojoules, text: energy,
            comparison: .ratio),
        Measure(
            name: "Energy, at its width", value: \.energy.actualWidthPicojoules, text: energy,
            comparison: .ratio),
        Measure(
            name: "Energy, with memory", value: \.energy.withMemoryPicojoules, text: energy,
            comparison: .ratio),
        Measure(
            name: "Synaptic operations", value: \.operations.synaptic, text: number,
            comparison: .none, isSpiking: true),
        Measure(
            name: "Multiply-accumulates", value: \.operations.multiplyAccumulate, text: number,
            comparison: .ratio),
        Measure(
            name: "Spikes", value: \.activity.spikesPerSample, text: number, comparison: .none,
            isSpiking: true),
        Measure(
            name: "Weights", value: { Double($0.memory.weightBytes) },
            text: { NumberText.bytes($0) },
            comparison: .ratio),
        Measure(
            name: "Neuron states", value: { Double($0.memory.stateBytes) },
            text: { NumberText.bytes($0) }, comparison: .ratio),
        Measure(
            name: "Peak resident memory of the process",
            value: { Double($0.memory.peakResidentBytes) }, text: { NumberText.bytes($0) },
            comparison: .ratio),
        Measure(
            name: "Latency", value: \.latency.secondsPerSample, text: { NumberText.seconds($0) },
            comparison: .ratio),
        Measure(
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
        measures.map { [$0.name, text(of: result, $0)] }
    }

    /// One row per measure: name, both values, how they compare.
    package static func rows(of result: RunResult, beside baseline: RunResult) -> [[String]] {
        measures.map { measure in
            [
                measure.name, text(of: result, measure), text(of: baseline, measure),
                comparison(measure, result, baseline),
            ]
        }
    }

    private static func text(of result: RunResult, _ measure: Measure) -> String {
        if measure.isSpiking, result.model.lowercased() == "ann" { return "–" }
        return measure.text(measure.value(result))
    }

    private static func comparison(
        _ measure: Measure, _ result: RunResult, _ baseline: RunResult
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

    /// The six numbers at the top of the page.
    package static func tiles(of result: RunResult) -> [Tile] {
        let other = result.baseline
        func aside(_ text: (RunResult) -> String) -> String? {
            other.map { "\($0.displayModel): \(text($0))" }
        }
        func tile(_ name: String, _ text: (RunResult) -> String) -> Tile {
            Tile(name: name, value: text(result), aside: aside(text))
        }
        var tiles = [
            tile("Test accuracy") { NumberText.percent($0.test.accuracy) },
            tile("Energy, arithmetic") { energy($0.energy.arithmeticPicojoules) },
            tile("Energy, with memory") { energy($0.energy.withMemoryPicojoules) },
            tile("Weights and state") {
                NumberText.bytes(Double($0.memory.weightBytes + $0.memory.stateBytes))
            },
            tile("Latency") { NumberText.seconds($0.latency.secondsPerSample) },
        ]
        tiles.append(
            tile("Calibration error") {
                NumberText.percent($0.calibration.expectedCalibrationError)
            })
        return tiles
    }
}
