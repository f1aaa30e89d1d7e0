import RanvierConfiguration

/// How neurons that differ make up for it, each by itself.
///
/// Spike-timing alignment leaves `B_ab = W_ba ρ_b / ρ_a` with a scale of each neuron's own, its response over its
/// fluctuation:
///
///     ρ_k = ⟨κ_k, K₀⟩ / (r_k ⟨κ₀, K̃_k⟩) ≈ c_in (c_k / σ_k,step) R / A
///
/// R is its own noise, filtered, at its spikes; A the alignment of its spikes with its own filtered spikes. Nothing of it knows a
/// weight. Source: section 3.2 of the specification.
public struct LocalScale: Configurable {
    /// What is done about it.
    public enum Correction: String, CaseIterable, Sendable {
        /// Nothing.
        case none
        /// What is read is `B_ab ρ_a / ρ_b`; the weights that run stay as they are.
        case readOut = "read-out"
        /// Every neuron multiplies its own input until its scale is ``LocalScale/target``.
        case gain
    }
    /// What a neuron's response is measured by.
    public enum Estimator: String, CaseIterable, Sendable {
        /// Its own noise, whose constants it knows.
        case noise
        /// Pulses of its own, either way, through its own synapse.
        case probe
    }

    /// What is done about it.
    public var correction = Correction.readOut
    /// What the response is measured by.
    public var estimator = Estimator.noise
    /// What is left of the sums of a block in the next, λ.
    public var forgetting = 0.98
    /// How far a scale may be from ``target``, as a factor.
    public var clip = 5.0
    /// Spikes, forgotten ones left out, below which a scale is ``target``.
    public var minimumSpikes = 50.0
    /// Least A for each spike.
    public var fluctuationFloor = 0.02
    /// ρ*: the scale that is meant.
    public var target = 15.7
    /// Exponent of a step of the gain, k_g.
    public var gainRate = 0.1
    /// Least and most gain.
    public var smallestGain = 0.2
    /// Most gain.
    public var largestGain = 5.0
    /// τ_y, seconds.
    public var responseTimeConstant = 4e-3
    /// τ_p1, seconds.
    public var slowTimeConstant = 5e-3
    /// τ_p2, seconds.
    public var fastTimeConstant = 2e-3
    /// Pulses per second of the probe.
    public var probeRate = 200.0
    /// Weight of a pulse of the probe.
    public var probeWeight = 0.15

    /// Read-out by own noise.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<LocalScale> {
        Field.choice("correction", \.correction)
        Field.choice("estimator", \.estimator)
        Field.number("forgetting", \.forgetting, in: 0...0.999_999)
        Field.number("clip", \.clip, in: 1...1000, drawn: 2...8)
        Field.number("minimum-spikes", \.minimumSpikes, in: 0...)
        Field.number("fluctuation-floor", \.fluctuationFloor, in: 0...)
        Field.number("target", \.target, in: .positive, drawn: 10...20)
        Field.number("gain-rate", \.gainRate, in: 0...1)
        Field.number("smallest-gain", \.smallestGain, in: .positive)
        Field.number("largest-gain", \.largestGain, in: .positive, drawn: 1...5)
        Field.number(
            "response-time-constant", \.responseTimeConstant, in: .positive, drawn: 2e-3...8e-3)
        Field.number("slow-time-constant", \.slowTimeConstant, in: .positive, drawn: 4e-3...9e-3)
        Field.number("fast-time-constant", \.fastTimeConstant, in: .positive, drawn: 1e-3...3e-3)
        Field.number("probe-rate", \.probeRate, in: .positive, drawn: 100...600)
        Field.number("probe-weight", \.probeWeight, in: .positive)
        Field.refusing("fast-time-constant", "slow-time-constant") {
            $0.fastTimeConstant >= $0.slowTimeConstant
        } because: {
            "must be such that fast-time-constant (\($0.fastTimeConstant)) is below slow-time-constant "
                + "(\($0.slowTimeConstant))"
        } settle: {
            $0.fastTimeConstant = $0.slowTimeConstant / 2
        }
        Field.refusing("smallest-gain", "largest-gain") {
            $0.smallestGain > $0.largestGain
        } because: { _ in
            "leaves no gain between smallest-gain and largest-gain"
        } settle: {
            $0.smallestGain = $0.largestGain
        }
        Field.refusing("gain-rate", "smallest-gain", "largest-gain") {
            $0.correction != .gain && !$0.hasStandardGain
        } because: { _ in
            "has no effect: only the correction 'gain' changes gains"
        } settle: {
            $0.restoreGain()
        }
        Field.refusing("probe-rate", "probe-weight") {
            $0.estimator != .probe && !$0.hasStandardProbe
        } because: { _ in
            "has no effect: only the estimator 'probe' gives pulses"
        } settle: {
            $0.probeRate = LocalScale().probeRate
            $0.probeWeight = LocalScale().probeWeight
        }
        Field.refusing(
            "estimator", "forgetting", "clip", "minimum-spikes", "fluctuation-floor", "target",
            "response-time-constant", "slow-time-constant", "fast-time-constant"
        ) {
            $0.correction == .none && !$0.isStandardOtherwise
        } because: { _ in
            "has no effect with the correction 'none'"
        } settle: {
            $0.correction = .readOut
        }
    }

    private var isStandardOtherwise: Bool {
        var other = self
        other.correction = LocalScale().correction
        return other == LocalScale()
    }

    private var hasStandardGain: Bool {
        var other = self
        other.restoreGain()
        return other == self
    }

    private mutating func restoreGain() {
        let standard = LocalScale()
        gainRate = standard.gainRate
        smallestGain = standard.smallestGain
        largestGain = standard.largestGain
    }

    private var hasStandardProbe: Bool {
        probeRate == LocalScale().probeRate && probeWeight == LocalScale().probeWeight
    }

    /// Whether neurons must measure anything.
    public var isMeasured: Bool { correction != .none }

    /// What neurons keep for it.
    ///
    /// - Throws: ``AlignmentError/setting(name:expected:found:)`` for more than a pulse a step.
    func traces(pairing: Double, timeStep: Double) throws(AlignmentError) -> LIFTraces {
        var traces = LIFTraces()
        traces.pairing = pairing
        traces.response = responseTimeConstant
        traces.slow = slowTimeConstant
        traces.fast = fastTimeConstant
        traces.measuresScale = isMeasured
        if isMeasured, estimator == .probe {
            traces.probeProbability = probeRate * timeStep
            traces.probeWeight = probeWeight
            guard traces.probeProbability < 1 else {
                throw .setting(
                    name: "probe-rate",
                    expected: "less than a pulse a step (\(1 / timeStep) per second)",
                    found: "\(probeRate)")
            }
        }
        return traces
    }
}
