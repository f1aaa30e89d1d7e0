/// Steps that become smaller, `η / (1 + n / n₀)`, so that what noise leaves vanishes; constant without `n₀`.
public struct StepSchedule: Hashable, Sendable {
    /// η of the first update.
    public var first: Double
    /// n₀, updates until the step is half of it; nil for steps that stay.
    public var halving: Double?

    /// A schedule.
    public init(_ first: Double, halving: Double? = nil) {
        self.first = first
        self.halving = halving
    }

    /// The step of an update.
    public subscript(update: Int) -> Double {
        halving.map { first / (1 + Double(update) / $0) } ?? first
    }
}
