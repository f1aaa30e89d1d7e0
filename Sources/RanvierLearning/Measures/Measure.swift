import RanvierConfiguration

/// A number that says how good a model is, or what it costs.
public struct Measure: Codable, Hashable, Sendable {
    /// Name in kebab case: `accuracy`, `root-mean-squared-error`.
    public var name: String
    /// The number; may be no number where it is not defined.
    public var value: Double
    /// Unit; empty for none, `share` for a part of 1.
    public var unit: String
    /// Whether more is better; nil where neither is.
    public var higherIsBetter: Bool?
    /// Lower and upper end of an interval of 95 %; nil where none is known.
    public var interval: [Double]?

    /// A number with its name.
    public init(
        _ name: String, _ value: Double, unit: String = "", higherIsBetter: Bool?,
        interval: ClosedRange<Double>? = nil
    ) {
        self.name = name
        self.value = value
        self.unit = unit
        self.higherIsBetter = higherIsBetter
        self.interval = interval.map { [$0.lowerBound, $0.upperBound] }
    }

    enum CodingKeys: CodingKey { case name, value, unit, higherIsBetter, interval }

    /// Writes all keys, null where nothing is known.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(value, forKey: .value)
        try container.encode(unit, forKey: .unit)
        try container.encode(higherIsBetter, forKey: .higherIsBetter)
        try container.encode(interval, forKey: .interval)
    }
}

extension [Measure] {
    /// The measure of a name.
    public subscript(name: String) -> Measure? { first { $0.name == name } }
}

extension Measure {
    /// The unit of a part of 1.
    public static let share = "share"

    /// The name for people: `Mean absolute error`.
    public var title: String { label.prefix(1).uppercased() + label.dropFirst() }

    /// The name within a line of text: `mean absolute error`, `macro F1`.
    public var label: String {
        if name == PrecisionRecallArea.kind { return "PR-AUC" }
        if name == ExplainedVariance.kind { return "explained variance (R²)" }
        let words = name.split(separator: "-").map { $0 == "f1" ? "F1" : String($0) }
        return words.joined(separator: " ")
    }

    /// The number for people, with its unit.
    public var text: String {
        guard !value.isNaN else { return "undefined" }
        if unit == Self.share { return NumberText.percent(value, decimals: 2) }
        let number = NumberText.significant(value, digits: 4)
        return unit.isEmpty || !value.isFinite ? number : "\(number) \(unit)"
    }

    /// The number with its interval, where one is known: `95.83 % (93.3–97.5)`.
    public var textWithInterval: String {
        guard let interval, interval.count == 2, value.isFinite,
            interval.allSatisfy(\.isFinite)
        else { return text }
        let ends = interval.map {
            unit == Self.share
                ? NumberText.fixed(100 * $0, decimals: 1) : NumberText.significant($0, digits: 3)
        }
        // A dash between would be read as a sign where ends are negative.
        return "\(text) (\(ends[0])\(interval[0] < 0 ? " to " : "–")\(ends[1]))"
    }

    /// A share of some trials, with Wilson's interval of 95 %.
    ///
    ///     (p + z²/2n ± z √(p (1 − p)/n + z²/4n²)) / (1 + z²/n),   z = 1.96
    ///
    /// Source: Wilson 1927.
    public static func share(
        _ name: String, _ count: Int, of trials: Int, higherIsBetter: Bool = true
    ) -> Measure {
        guard trials > 0 else {
            return Measure(name, .nan, unit: share, higherIsBetter: higherIsBetter)
        }
        let n = Double(trials), p = Double(count) / n, z = 1.959_963_984_540_054
        let center = p + z * z / (2 * n)
        let reach = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
        let low = max(0, (center - reach) / (1 + z * z / n))
        let high = min(1, (center + reach) / (1 + z * z / n))
        return Measure(
            name, p, unit: share, higherIsBetter: higherIsBetter,
            interval: min(low, p)...max(high, p))
    }
}
