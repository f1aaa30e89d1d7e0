import Foundation
import RanvierAnalysis
import RanvierLearning

/// The measures of several runs side by side.
struct RunColumns {
    /// A measure of all runs; nil where a run has none.
    struct Row {
        let name: String
        let title: String
        let values: [Measure?]
    }

    let rows: [Row]

    /// Quality on test data, then costs.
    init(results: [RunResult?]) {
        let all = results.map { result -> [Measure] in
            guard let result else { return [] }
            return result.measures + [
                Measure("loss", result.test.loss, higherIsBetter: false),
                Measure(
                    "energy", result.energy.picojoulesPerSample / 1000, unit: "nJ",
                    higherIsBetter: false),
                Measure("spikes", result.activity.spikesPerSample, higherIsBetter: false),
                Measure(
                    "weights", Double(result.memory.weightBytes), unit: "bytes",
                    higherIsBetter: false),
                Measure(
                    "latency", 1000 * result.latency.secondsPerSample, unit: "ms",
                    higherIsBetter: false),
                Measure("training-time", result.training.seconds, unit: "s", higherIsBetter: false),
                Measure("epochs", Double(result.training.epochs), higherIsBetter: nil),
            ]
        }
        var names: [String] = []
        for measure in all.flatMap(\.self) where !names.contains(measure.name) {
            names.append(measure.name)
        }
        rows = names.map { name in
            let values = all.map { $0[name] }
            let title = values.compactMap(\.self).first?.title.lowercased() ?? name
            return Row(name: name, title: title, values: values)
        }
    }

    /// Folders' own names where these tell them apart, else their paths.
    static func titles(of folders: [URL]) -> [String] {
        let names = folders.map(\.lastPathComponent)
        return zip(names, folders).map { name, folder in
            names.count { $0 == name } > 1 ? folder.relativePath : name
        }
    }
}

extension Measure {
    /// The number with its unit and, where it is known, its interval: `98.12 % (96.13 … 99.10)`.
    var textWithInterval: String {
        guard let interval, interval.count == 2, interval.allSatisfy(\.isFinite) else {
            return text
        }
        let ends = interval.map { end -> String in
            let words = Measure(name, end, unit: unit, higherIsBetter: nil).text
            let number = words.prefix { !$0.isWhitespace && $0 != "\u{202F}" }
            return String(number)
        }
        return "\(text) (\(ends[0]) … \(ends[1]))"
    }
}
