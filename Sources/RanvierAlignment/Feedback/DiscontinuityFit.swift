/// The effect of a spike found by `rdd` from trials, in double precision, one by one: what the rule is.
public struct DiscontinuityFit: Hashable, Sendable {
    /// A line.
    public struct Line: Hashable, Sendable {
        /// c₁.
        public var intercept = 0.0
        /// c₂.
        public var slope = 0.0

        func value(at u: Double) -> Double { intercept + slope * u }
    }

    /// Where the neuron fired.
    public private(set) var fired = Line()
    /// Where it almost did.
    public private(set) var almost = Line()
    /// Of the neuron.
    public let threshold: Double
    /// η.
    public let rate: Double

    /// Lines of 0.
    public init(threshold: Double, rate: Double) {
        self.threshold = threshold
        self.rate = rate
    }

    /// The gap of the lines at the threshold.
    public var effect: Double { fired.value(at: threshold) - almost.value(at: threshold) }

    /// Takes a trial: the largest drive, whether the neuron fired, and the change of the signal.
    public mutating func take(drive: Double, hasFired: Bool, change: Double) {
        func moved(_ line: Line) -> Line {
            let error = line.value(at: drive) - change
            return Line(
                intercept: line.intercept - rate * error,
                slope: line.slope - rate * error * drive)
        }
        if hasFired { fired = moved(fired) } else { almost = moved(almost) }
    }
}
