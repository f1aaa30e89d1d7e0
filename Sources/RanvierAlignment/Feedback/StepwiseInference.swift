import Foundation

/// Weights inferred from given spikes by `stdwi`, in double precision, step by step: what the rule is.
///
/// In a step traces decay, input spikes are added, and then each output spike moves its estimates.
public struct StepwiseInference: Sendable {
    /// What fast and slow traces keep in a step.
    public let kept: (fast: Double, slow: Double)
    /// What a spike adds to them.
    public let jumps: (fast: Double, slow: Double)
    /// α.
    public let rate: Double
    /// β.
    public let decay: Double
    /// Estimates, `[upper][lower]`.
    public private(set) var estimate: [[Double]]
    /// Fast traces of the lower neurons.
    public private(set) var fast: [Double]
    /// Slow ones.
    public private(set) var slow: [Double]

    /// Traces at 0.
    ///
    /// - Parameter timeConstants: in the unit of the time step.
    public init(
        estimate: [[Double]], timeStep: Double, timeConstants: (fast: Double, slow: Double),
        jumps: (fast: Double, slow: Double), rate: Double, decay: Double
    ) {
        kept = (exp(-timeStep / timeConstants.fast), exp(-timeStep / timeConstants.slow))
        self.jumps = jumps
        self.rate = rate
        self.decay = decay
        self.estimate = estimate
        fast = Array(repeating: 0, count: estimate.first?.count ?? 0)
        slow = fast
    }

    /// One step.
    public mutating func step(inputs: Set<Int>, outputs: Set<Int>) {
        for j in fast.indices {
            fast[j] *= kept.fast
            slow[j] *= kept.slow
            if inputs.contains(j) {
                fast[j] += jumps.fast
                slow[j] += jumps.slow
            }
        }
        for i in outputs {
            for j in fast.indices {
                estimate[i][j] += rate * ((fast[j] - slow[j]) - decay * estimate[i][j])
            }
        }
    }
}
