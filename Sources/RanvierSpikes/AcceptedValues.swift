/// Which values a code has a meaning for, and what to do about others.
///
/// Values are checked against it before the first epoch, and before a stored model answers: a code never
/// clips in silence.
public struct AcceptedValues: Sendable, Hashable {
    /// Smallest and largest value.
    public let range: ClosedRange<Float>
    /// Whether only whole numbers have a meaning: counts of events.
    public let areWhole: Bool
    /// What to try where a value is none of them.
    public let advice: String

    /// Values from a smallest to a largest one.
    public init(
        in range: ClosedRange<Float>, areWhole: Bool = false,
        advice: String =
            "bring the values there by a min-max normalization ('scaling: range'), or use direct coding"
    ) {
        self.range = range
        self.areWhole = areWhole
        self.advice = advice
    }

    /// Any finite number.
    public static let all = AcceptedValues(
        in: -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude,
        advice: "remove or replace such values")

    /// Values from 0 to 1.
    public static let unit = AcceptedValues(in: 0...1)

    /// Numbers of events: 0, 1, 2 and on.
    public static let counts = AcceptedValues(
        in: 0...Float.greatestFiniteMagnitude, areWhole: true,
        advice: "the code takes rasters of spikes or events; use one for values")

    /// Whether a value has a meaning; NaN never has.
    public func contains(_ value: Float) -> Bool {
        range.contains(value) && (!areWhole || value == value.rounded())
    }
}

extension AcceptedValues: CustomStringConvertible {
    /// What is expected, in words.
    public var description: String {
        if areWhole { return "a whole number of at least 0" }
        if range == Self.all.range { return "a finite number" }
        func text(_ bound: Float) -> String {
            bound == bound.rounded() && abs(bound) < 1e7 ? "\(Int(bound))" : "\(bound)"
        }
        return "a value from \(text(range.lowerBound)) to \(text(range.upperBound))"
    }
}
