import RanvierConfiguration
import RanvierLearning
import RanvierTensors

/// `stdwi`: feedback weights are inferred from the times of spikes of two layers.
///
///     at each spike of the upper neuron i:  ŵ_ij ← ŵ_ij + α ((x_f,j − x_s,j) − β ŵ_ij)
///
/// `x_f`, `x_s` are a fast and a slow trace of the lower neuron j, of the same area. Before each epoch a share of the lower neurons,
/// another one in each block of time, fires at random and drives leaky upper neurons through the forward weights; thresholds follow
/// the rate of each neuron, so that none is silent. What is found is right up to a factor: feedback weights keep the size that they
/// were drawn with. Source: Ahmad, Ambrogioni & van Gerven 2020. Deviation: the thresholds.
public struct SpikeTimingInference: LocalRule {
    /// `stdwi`.
    public static let kind = "stdwi"
    /// α.
    public var rate: Float = 0.02
    /// β.
    public var decay: Float = 0.1
    /// Seconds of the fast trace.
    public var fastTimeConstant = 10e-3
    /// Seconds of the slow trace.
    public var slowTimeConstant = 200e-3
    /// Seconds of a step.
    public var timeStep = 0.25e-3
    /// Seconds of spikes before an epoch, for each layer.
    public var duration = 20.0
    /// Share of the lower neurons that fires.
    public var activeShare = 0.2
    /// Spikes per second of those.
    public var inputRate = 200.0
    /// Seconds until other lower neurons fire.
    public var block = 0.1
    /// Spikes per second that thresholds bring upper neurons to.
    public var outputRate = 20.0
    /// First feedback weights, whose size is kept.
    public var feedback = FeedbackOptions()

    /// As published.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<SpikeTimingInference> {
        Field.number("rate", \.rate, in: .positive)
        Field.number("decay", \.decay, in: .positive)
        Field.number("fast-time-constant", \.fastTimeConstant, in: .positive)
        Field.number("slow-time-constant", \.slowTimeConstant, in: .positive)
        Field.number("time-step", \.timeStep, in: .positive)
        Field.number("duration", \.duration, in: .positive)
        Field.number("active-share", \.activeShare, in: 0.001...1)
        Field.number("input-rate", \.inputRate, in: .positive)
        Field.number("block", \.block, in: .positive)
        Field.number("output-rate", \.outputRate, in: .positive)
        Field.part(\.feedback)
    }

    /// Feedback weights that are inferred.
    ///
    /// - Throws: ``AlignmentError/setting(name:expected:found:)`` for times and rates that do not go together.
    public func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner {
        func require(
            _ holds: Bool, _ key: String, _ expected: String, _ found: Double
        ) throws(AlignmentError) {
            guard !holds else { return }
            throw AlignmentError.setting(
                name: "learning.rule.stdwi.\(key)", expected: expected, found: "\(found)")
        }
        try require(
            fastTimeConstant < slowTimeConstant, "fast-time-constant",
            "less than the slow one, \(slowTimeConstant)", fastTimeConstant)
        try require(
            inputRate * timeStep <= 1, "input-rate", "at most a spike per step of \(timeStep) s",
            inputRate)
        try require(block >= timeStep, "block", "at least a step of \(timeStep) s", block)
        try require(
            rate * decay < 1, "rate", "less than 1 / decay", Double(rate))
        var learner = try FeedbackLearner(
            for: model, seed: seed, rule: Self.kind,
            aligner: SpikeTimingInferenceAligner(rule: self, seed: seed), gain: feedback.gain)
        learner.keepsScale = true
        // Two traces of a lower neuron.
        learner.extraTraffic.bytesPerNeuron = 8
        return learner
    }
}
