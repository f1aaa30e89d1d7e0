/// What a search with fewer steps saves, predicted before it runs.
///
///     speed-up = (c + T) / (c + T_early)
///
/// c is what an epoch takes besides its steps, in units of one step: loading, and layers that run once. Source: Kim et al. 2022, where
/// 5 steps against 3 gave 1.33 to 1.59.
public struct SearchCost: Sendable, Hashable {
    /// Work besides the steps, c.
    public var constant: Double

    /// A cost model.
    public init(constant: Double) {
        precondition(constant >= 0, "work of \(constant) steps cannot be")
        self.constant = constant
    }

    /// A cost model from seconds measured at two numbers of steps; nil where the longer one did not take longer.
    public init?(seconds: Double, steps: Int, secondsOfFewer: Double, fewer: Int) {
        guard steps > fewer, seconds > secondsOfFewer else { return nil }
        let perStep = (seconds - secondsOfFewer) / Double(steps - fewer)
        constant = max(seconds / perStep - Double(steps), 0)
    }

    /// How many times faster.
    public func speedUp(from steps: Int, to fewer: Int) -> Double {
        (constant + Double(steps)) / (constant + Double(fewer))
    }
}
