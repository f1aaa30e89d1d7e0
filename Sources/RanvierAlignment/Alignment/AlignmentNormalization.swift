/// What a step of alignment is counted in; all come to `B += ε Σ K`, summed over replicas.
public enum AlignmentNormalization: String, CaseIterable, Hashable, Sendable {
    /// `B += η (τ / (R T)) Σ K`, so that η does not depend on the simulated time.
    case rate
    /// `B += η Σ K / (R 2τ)`, as published for deep networks: a longer time makes a larger step.
    case published
    /// `B += η Σ K`.
    case pairs

    /// ε, the change of a weight by a pair.
    ///
    /// - Parameters:
    ///   - step: η.
    ///   - refractoryPeriod: τ in steps.
    ///   - replicas: R.
    ///   - steps: T of each replica.
    public func pairStep(
        _ step: Double, refractoryPeriod: Double, replicas: Int, steps: Int
    ) -> Double {
        switch self {
        case .rate: step * refractoryPeriod / (Double(replicas) * Double(steps))
        case .published: step / (Double(replicas) * 2 * refractoryPeriod)
        case .pairs: step
        }
    }

    /// η that comes to a given ε.
    public func step(
        ofPairStep pairStep: Double, refractoryPeriod: Double, replicas: Int, steps: Int
    ) -> Double {
        pairStep
            / self.pairStep(
                1, refractoryPeriod: refractoryPeriod, replicas: replicas, steps: steps)
    }

    /// The usual η: 2, 0.04 as published, and a thousandth.
    public var usualStep: Double {
        switch self {
        case .rate: 2
        case .published: 0.04
        case .pairs: 1e-3
        }
    }
}
