/// What pairs of spikes say about the influence of two neurons on each other.
///
///     K(s) = −k(s)  for s = t_post − t_pre > 0,   K(s) = k(−s)  for s < 0,   K(0) = 0
///
/// `K` is odd, so what is due to rates and common input cancels, and the change of a synapse is minus that of its partner. The
/// part that raises a weight is due to the partner's causal influence, the one that lowers it to its own. Source: Gierlich et al.
/// 2026, Nature Communications 17:8699 (spike-based alignment learning, SAL).
public struct SpikeTimingKernel: Hashable, Sendable {
    /// `k`.
    public var window: AlignmentWindow
    /// τ of the window, in steps.
    public var timeConstant: Double
    /// Which spikes make pairs.
    public var pairing: AlignmentPairing

    /// A kernel.
    ///
    /// - Precondition: the time constant is positive, and so is the length of a window.
    public init(
        window: AlignmentWindow = .exponential, timeConstant: Double,
        pairing: AlignmentPairing = .all
    ) {
        precondition(timeConstant > 0, "the time constant of a window must be positive")
        if case .within(let steps) = pairing {
            precondition(steps > 0, "the length of a window must be positive")
        }
        self.window = window
        self.timeConstant = timeConstant
        self.pairing = pairing
    }

    /// Whether spikes so far apart make a pair where all within a window do.
    func takes(_ lag: Int) -> Bool {
        if case .within(let steps) = pairing { return lag < steps }
        return true
    }

    /// `Σ k` over pairs in which a spike of `later` comes after one of `earlier`; both in order of time.
    public func sum(of later: [Int], after earlier: [Int]) -> Double {
        var sum = 0.0
        for time in later {
            let before = earlier.prefix { $0 < time }
            for other in pairing == .nearest ? before.suffix(1) : before
            where takes(time - other) {
                sum += window.weight(
                    atLag: Double(time - other), timeConstant: timeConstant)
            }
        }
        return sum
    }

    /// `Σ K` of a synapse by all pairs, spike by spike: what traces must come to.
    ///
    /// - Parameters:
    ///   - post: steps of the postsynaptic spikes in order.
    ///   - pre: steps of the presynaptic spikes in order.
    public func sum(post: [Int], pre: [Int]) -> Double {
        sum(of: pre, after: post) - sum(of: post, after: pre)
    }
}
