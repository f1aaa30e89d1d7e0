import Foundation
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierReports

/// Two models on the same test samples, sample by sample.
struct PairedComparison: Encodable, Sendable {
    /// What is compared: `accuracy` or `mean-absolute-error`.
    let measure: String
    let unit: String
    let higherIsBetter: Bool
    /// Second less first.
    let difference: Double
    /// Lower and upper end of the interval of 95 %.
    let interval: [Double]
    let samples: Int
    /// Samples that only the first, and only the second, got right; nil where there are no classes.
    let onlyFirst: Int?
    let onlySecond: Int?

    private static let quantile = 1.959_963_984_540_054

    /// Nil where the samples have no targets, or there are too few of them.
    init?(_ first: Evaluation, _ second: Evaluation) {
        guard first.answers.count == second.answers.count, first.answers.count > 1 else {
            return nil
        }
        samples = first.answers.count
        switch first.targets {
        case .classes(let labels, _):
            func isRight(_ answer: [Float], _ label: Int) -> Bool {
                answer.indices.reduce(0) { answer[$1] > answer[$0] ? $1 : $0 } == label
            }
            let a = zip(first.answers, labels).map(isRight)
            let b = zip(second.answers, labels).map(isRight)
            let gained = zip(a, b).count { !$0 && $1 }, lost = zip(a, b).count { $0 && !$1 }
            (measure, unit, higherIsBetter) = ("accuracy", Measure.share, true)
            difference = Double(gained - lost) / Double(samples)
            interval = Self.interval(gained: gained, lost: lost, of: samples)
            (onlyFirst, onlySecond) = (lost, gained)
        case .values(let values, let names, let units):
            let width = names.count
            guard width > 0 else { return nil }
            func error(_ answers: [[Float]], _ row: Int) -> Double {
                (0..<width).map { abs(Double(answers[row][$0] - values[row * width + $0])) }
                    .reduce(0, +) / Double(width)
            }
            let differences = (0..<samples).map {
                error(second.answers, $0) - error(first.answers, $0)
            }
            (measure, higherIsBetter) = ("mean-absolute-error", false)
            unit = Set(units).count == 1 ? units[0] : ""
            difference = SeedStatistics.mean(differences)
            let reach =
                Self.quantile * (SeedStatistics.deviation(differences) ?? .nan)
                / Double(samples).squareRoot()
            interval = [difference - reach, difference + reach]
            (onlyFirst, onlySecond) = (nil, nil)
        case .none: return nil
        }
    }

    /// The interval of a difference of paired shares.
    ///
    ///     with b, c, n each from counts to which ½ is added in all four cells:
    ///     (b − c)/n ± z √(b + c − (b − c)²/n) / n
    ///
    /// Source: Agresti & Min 2005, "Simple improved confidence intervals for comparing matched proportions".
    static func interval(gained: Int, lost: Int, of samples: Int) -> [Double] {
        let b = Double(gained) + 0.5, c = Double(lost) + 0.5, n = Double(samples) + 2
        let center = (b - c) / n
        let reach = quantile * (b + c - (b - c) * (b - c) / n).squareRoot() / n
        return [max(-1, center - reach), min(1, center + reach)]
    }

    /// Whether chance alone may be behind the difference.
    var isWithinChance: Bool { interval[0] <= 0 && interval[1] >= 0 }

    /// In a sentence without its beginning.
    var text: String {
        let scale = unit == Measure.share ? 100 : 1.0
        let name = unit == Measure.share ? "percentage points" : unit
        func signed(_ value: Double) -> String {
            (value > 0 ? "+" : "") + NumberText.significant(scale * value)
        }
        let reading =
            isWithinChance
            ? "within chance" : (difference > 0) == higherIsBetter ? "better" : "worse"
        let words = measure.split(separator: "-").joined(separator: " ")
        let counts =
            onlyFirst.flatMap { first in
                onlySecond.map { "; only the first is right on \(first), only the second on \($0)" }
            } ?? ""
        return "\(words) \(signed(difference)) \(name) (95 %: \(signed(interval[0])) … "
            + "\(signed(interval[1]))), paired over \(samples) test samples: \(reading)\(counts)"
    }
}
