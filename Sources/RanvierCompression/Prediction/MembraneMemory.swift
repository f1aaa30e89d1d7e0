import Foundation

/// How long an error of a current stays in a membrane.
///
///     a_t = Σ_{n ≤ t} βⁿ   for sizes,   b_t = Σ_{n ≤ t} β²ⁿ   for variances;   t from 0
///
/// A spike that both copies have with a hard reset erases the difference, so that these are upper limits.
public struct MembraneMemory: Sendable, Hashable {
    /// Leak β of a step.
    public var leak: Double

    /// The memory of a membrane that keeps 0 ≤ β ≤ 1 of itself in a step.
    public init(leak: Double) {
        precondition((0...1).contains(leak), "a leak of \(leak) cannot be")
        self.leak = leak
    }

    /// `a_t`.
    public func sizeFactor(at step: Int) -> Double {
        leak == 1 ? Double(step + 1) : (1 - pow(leak, Double(step + 1))) / (1 - leak)
    }

    /// `b_t`.
    public func varianceFactor(at step: Int) -> Double {
        MembraneMemory(leak: leak * leak).sizeFactor(at: step)
    }

    /// `1/(1 − β)`, what `a_t` comes to.
    public var limit: Double { 1 / (1 - leak) }
}
