/// The shift of one membrane, carried from step to step.
///
///     i ← α i + x,   u ← β u + f i
///
/// Means and sizes pass through the two leaks as they are; variances of what differs from step to step as second moments.
struct MembraneShift {
    /// A number that passes through both leaks.
    struct Passed {
        private(set) var current = 0.0
        private(set) var membrane = 0.0

        mutating func take(_ x: Double, _ leaks: Leaks) {
            current = leaks.synaptic * current + x
            membrane = leaks.membrane * membrane + leaks.factor * current
        }
    }

    /// A variance that passes through both leaks.
    struct Spread {
        private var current = 0.0
        private var joint = 0.0
        private(set) var membrane = 0.0

        mutating func take(_ variance: Double, _ leaks: Leaks) {
            let (a, b, f) = (leaks.synaptic, leaks.membrane, leaks.factor)
            let current = a * a * current + variance
            membrane = b * b * membrane + 2 * b * f * a * joint + f * f * current
            joint = a * b * joint + f * current
            self.current = current
        }
    }

    /// Leaks of a membrane and its current, and the weight of the current.
    struct Leaks {
        var membrane: Double
        var synaptic: Double
        var factor: Double
    }

    /// Mean.
    var mean = Passed()
    /// Variance of what differs from step to step.
    var spread = Spread()
    /// Deviation of what is the same at every step, one for each layer of synapses.
    var constant: [Passed] = []
    /// Largest size.
    var worst = Passed()
    /// Expected size.
    var expected = Passed()

    /// All variance.
    var variance: Double {
        constant.reduce(spread.membrane) { $0 + $1.membrane * $1.membrane }
    }
}
