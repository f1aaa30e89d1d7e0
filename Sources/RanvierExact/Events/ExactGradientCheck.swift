import RanvierLearning
import RanvierNetworks

/// Compares an exact gradient with central differences along random directions.
///
///     e = |g·d − (L(x + h d) − L(x − h d))/(2h)| / max(|g·d|, floor)
///
/// Where a spike (or a delayed arrival) crosses the end of the trial between the two sides the loss is
/// continuous but may have a kink; the step is then halved until nothing crosses, and a direction where
/// something always does is compared with the one-sided difference on the side that agrees with the
/// centre.
public struct ExactGradientCheck: Sendable, Equatable {
    /// Largest relative error over the directions compared.
    public internal(set) var worstError = 0.0
    /// Number of directions compared.
    public internal(set) var compared = 0
    /// Directions in which a spike crossed T and the step was reduced or one side was used.
    public internal(set) var crossings = 0
    /// Directions that could not be compared, as spikes cross T on both sides at every step.
    public internal(set) var skipped = 0

    /// Checks the gradient of a problem at its present parameters.
    ///
    /// - Parameters:
    ///   - directions: number of random directions (entries uniform on ±1).
    ///   - step: h in units of each parameter's 1.
    ///   - floor: derivatives smaller than this are compared absolutely.
    ///   - seed: of the directions.
    public init<Neuron, Loss>(
        of problem: EventProblem<Neuron, Loss>, directions: Int = 8, step: Double = 1e-5,
        floor: Double = 1e-3, seed: UInt64 = 1
    ) throws(ExactError) {
        var random = SplitMix64(seed: seed)
        let centre = problem.parameters
        let gradient = try problem.valueAndGradient().gradient
        let middle = try Side(problem, at: centre)
        for _ in 0..<directions {
            let direction = centre.map { _ in 2 * random.nextUnit() - 1 }
            var expected = 0.0
            for (g, d) in zip(gradient, direction) { expected += g * d }
            guard
                let found = try difference(
                    problem, centre, direction, step: step, middle: middle)
            else {
                skipped += 1
                continue
            }
            compared += 1
            worstError = max(worstError, abs(found - expected) / max(abs(expected), floor))
        }
    }

    /// A loss beside the numbers of spikes that lead to it.
    private struct Side {
        var loss: Double
        var counts: [Int]
        var pending: [Int]

        init<Neuron, Loss>(
            _ problem: EventProblem<Neuron, Loss>, at parameters: [Double]
        ) throws(ExactError) {
            var moved = problem
            try moved.setParameters(parameters)
            (loss, counts, pending) = try moved.lossAndCounts()
        }

        func isLike(_ other: Side) -> Bool {
            counts == other.counts && pending == other.pending
        }
    }

    private mutating func difference<Neuron, Loss>(
        _ problem: EventProblem<Neuron, Loss>, _ centre: [Double], _ direction: [Double],
        step: Double, middle: Side
    ) throws(ExactError) -> Double? {
        func side(_ h: Double) throws(ExactError) -> Side {
            try Side(problem, at: zip(centre, direction).map { $0 + h * $1 })
        }
        var h = step
        for attempt in 0..<6 {
            let right = try side(h), left = try side(-h)
            if right.isLike(middle), left.isLike(middle) {
                if attempt > 0 { crossings += 1 }
                return (right.loss - left.loss) / (2 * h)
            }
            h /= 2
        }
        crossings += 1
        // One-sided differences of second order: (4 L(h) − L(2h) − 3 L(0))/(2h).
        for sign in [1.0, -1.0] {
            let near = try side(sign * step), far = try side(2 * sign * step)
            if near.isLike(middle), far.isLike(middle) {
                return (4 * near.loss - far.loss - 3 * middle.loss) / (2 * sign * step)
            }
        }
        return nil
    }
}
