import Foundation

/// Step and simulated time that bring feedback weights to an angle to the forward ones.
///
/// With pair step ε the difference `B − Wᵀ` decays at a rate ε g for each τ of simulated time, while pairs add a variance ε² v:
///
///     g = 0.22 p_a p_b,   v = 0.4 p_a p_b;   floor of the variance ε v / 2g,   tan(angle) = √(floor) / std(W)
///
/// The numbers are those of sampling neurons around an occupancy of ½. Half of the allowed variance is left to noise, half to
/// what has not decayed yet.
public struct AlignmentPlan: Hashable, Sendable {
    /// ε.
    public let pairStep: Double
    /// τ of all replicas together until the difference is smaller by e.
    public let timeConstant: Double
    /// Time constants that it takes from random feedback to the angle.
    public let timeConstants: Double

    /// Time in τ of all replicas together.
    public var simulatedTime: Double { timeConstant * timeConstants }

    private static let gain = 0.22, variance = 0.4

    /// A plan for one matrix of weights.
    ///
    /// - Parameters:
    ///   - angle: in degrees, between 0 and 90.
    ///   - weightDeviation: standard deviation of the forward weights.
    ///   - occupancy: mean of the products of the occupancies of the neurons on both sides, as measured.
    /// - Throws: ``AlignmentError/setting(name:expected:found:)`` for an angle out of range, weights that are all alike, or silent
    ///   neurons.
    public init(angle: Double, weightDeviation: Double, occupancy: Double) throws(AlignmentError) {
        guard angle > 0, angle < 90 else {
            throw .setting(
                name: "target-angle", expected: "degrees between 0 and 90", found: "\(angle)")
        }
        guard weightDeviation > 0 else {
            throw .setting(
                name: "target-angle", expected: "forward weights that differ", found: "none")
        }
        guard occupancy > 0 else {
            throw .setting(
                name: "target-angle", expected: "neurons that spike on both sides",
                found: "silence; raise the biases or set 'homeostasis'")
        }
        let allowed = pow(tan(angle * .pi / 180) * weightDeviation, 2)
        pairStep = allowed / 2 * 2 * Self.gain / Self.variance
        timeConstant = 1 / (pairStep * Self.gain * occupancy)
        // Random feedback differs from the forward weights by √2 of them.
        timeConstants = max(
            0.5 * log(2 * weightDeviation * weightDeviation / (allowed / 2)), 1)
    }
}
