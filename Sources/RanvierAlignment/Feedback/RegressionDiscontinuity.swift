import RanvierConfiguration
import RanvierLearning
import RanvierTensors

/// `rdd`: what a spike causes, from trials in which a neuron just fired or just did not.
///
///     R ≈ c₁ + c₂ u   fitted apart where the neuron fired and where it did not,   β = the gap of both at the threshold
///
/// Lower neurons fire by noise of their own. When the membrane of one comes within `margin` of its threshold, a window opens: the
/// largest drive u in it, and by how much its mean signal in the upper layer differs from the one at its beginning, are one trial.
/// Both fits go on by gradient steps of length η: `c₂ −= η e u`, `c₁ −= η e`. Feedback weights are β at the size that they were drawn
/// with. Source: Guerguiev, Kording & Richards 2020.
public struct RegressionDiscontinuity: LocalRule {
    /// `rdd`.
    public static let kind = "rdd"
    /// η.
    public var rate: Float = 1e-3
    /// How near to the threshold of 1 a membrane opens a window.
    public var margin: Float = 0.1
    /// Seconds of a window.
    public var window = 30e-3
    /// Seconds of a step.
    public var timeStep = 1e-3
    /// Seconds of a synapse.
    public var synapticTimeConstant = 3e-3
    /// Seconds of a membrane.
    public var membraneTimeConstant = 10e-3
    /// Seconds after a spike without another one.
    public var refractoryPeriod = 3e-3
    /// Seconds of spikes before an epoch, for each layer.
    public var duration = 30.0
    /// Mean drive of lower neurons.
    public var drive: Float = 0.7
    /// Deviation of the drive's noise about its mean, as the membrane has it.
    public var noise: Float = 0.25
    /// First feedback weights, whose size is kept.
    public var feedback = FeedbackOptions()

    /// As published.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<RegressionDiscontinuity> {
        Field.number("rate", \.rate, in: .positive)
        Field.number("margin", \.margin, in: .positive)
        Field.number("window", \.window, in: .positive)
        Field.number("time-step", \.timeStep, in: .positive)
        Field.number("synaptic-time-constant", \.synapticTimeConstant, in: .positive)
        Field.number("membrane-time-constant", \.membraneTimeConstant, in: .positive)
        Field.number("refractory-period", \.refractoryPeriod, in: 0...)
        Field.number("duration", \.duration, in: .positive)
        Field.number("drive", \.drive)
        Field.number("noise", \.noise, in: .positive)
        Field.part(\.feedback)
    }

    /// Feedback weights that are effects.
    ///
    /// - Throws: ``AlignmentError/setting(name:expected:found:)`` for a window or a step that is too short or too long.
    public func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner {
        guard window >= 2 * timeStep, window <= duration else {
            throw AlignmentError.setting(
                name: "learning.rule.rdd.window",
                expected:
                    "at least two steps of \(timeStep) s and at most the duration, \(duration) s",
                found: "\(window)")
        }
        guard rate < 0.5 else {
            throw AlignmentError.setting(
                name: "learning.rule.rdd.rate",
                expected: "less than 0.5, beyond which fits run away",
                found: "\(rate)")
        }
        var learner = try FeedbackLearner(
            for: model, seed: seed, rule: Self.kind,
            aligner: RegressionDiscontinuityAligner(rule: self, seed: seed), gain: feedback.gain)
        learner.keepsScale = true
        // Four coefficients of the fits, and the signal and its sum at the beginning of a window.
        learner.extraTraffic.bytesPerSynapse = 24
        return learner
    }
}
