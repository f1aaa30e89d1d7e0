/// The values that a number in a configuration may take: `1...`, `0...1`, `.positive`.
public protocol ConfigurationBounds<Bound> {
    /// The type of number.
    associatedtype Bound
    /// Whether a number is allowed.
    func contains(_ value: Bound) -> Bool
    /// What is allowed, to follow "expected an integer": ` of at least 1`; empty if anything is.
    var requirement: String { get }
}

extension ClosedRange: ConfigurationBounds {
    /// Both ends, in words.
    public var requirement: String { " from \(lowerBound) to \(upperBound)" }
}

extension Range: ConfigurationBounds {
    /// Both ends, in words.
    public var requirement: String { " of at least \(lowerBound) and less than \(upperBound)" }
}

extension PartialRangeFrom: ConfigurationBounds {
    /// The lower end, in words.
    public var requirement: String { " of at least \(lowerBound)" }
}

extension PartialRangeThrough: ConfigurationBounds {
    /// The upper end, in words.
    public var requirement: String { " of at most \(upperBound)" }
}

/// Bounds that allow every number.
public struct Unbounded<Bound>: ConfigurationBounds, Sendable {
    /// Creates them.
    public init() {}
    /// True.
    public func contains(_ value: Bound) -> Bool { true }
    /// Empty.
    public var requirement: String { "" }
}

/// Bounds that allow numbers above zero.
public struct PositiveBounds<Bound: Numeric & Comparable>: ConfigurationBounds, Sendable {
    /// Creates them.
    public init() {}
    /// Whether the value is above zero.
    public func contains(_ value: Bound) -> Bool { value > .zero }
    /// In words.
    public var requirement: String { " above 0" }
}

extension ConfigurationBounds where Self == PositiveBounds<Double> {
    /// Above zero.
    public static var positive: PositiveBounds<Double> { PositiveBounds() }
}
