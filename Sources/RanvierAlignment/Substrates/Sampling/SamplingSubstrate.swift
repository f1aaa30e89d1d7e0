import RanvierConfiguration

/// `sampling`: stochastic neurons that need no stimulus, whose biases are those of the network.
///
/// A replica runs for `duration` τ after a warm-up; pairs of spikes of all replicas together make one update of the feedback
/// weights. The neurons under the first feedback weights have bias 0. Source: Gierlich et al. 2026.
public struct SamplingSubstrate: AlignmentSubstrate {
    /// `sampling`.
    public static let kind = "sampling"

    /// Which spikes make pairs, in a word.
    public enum Pairing: String, CaseIterable, Hashable, Sendable {
        /// Every spike with every other one.
        case all
        /// Those within `window-length`.
        case window
        /// Each spike with the partner's last earlier one.
        case nearest
    }

    /// τ: steps for which a neuron is silent and heard after a spike.
    public var tau = 10
    /// R: copies of the network that run side by side.
    public var replicas = 16
    /// τ that each replica runs for in an update.
    public var duration = 125.0
    /// τ before pairs count.
    public var warmup = 5.0
    /// What a spike does over time.
    public var potential = PostsynapticPotential.rectangular
    /// How much a pair counts.
    public var window = AlignmentWindow.exponential
    /// τ of the window in steps; nil for that of the neurons.
    public var windowTime: Double?
    /// Which spikes make pairs.
    public var pairing = Pairing.all
    /// Steps within which spikes make pairs; nil for 2τ.
    public var windowLength: Int?
    /// What the step is counted in.
    public var normalization = AlignmentNormalization.rate
    /// η; nil for the usual one of the normalisation.
    public var step: Double?
    /// Updates until the step is half of the first; nil for steps that stay.
    public var halving: Double?
    /// Degrees that step and simulated time are chosen for; nil for those that are given.
    public var targetAngle: Double?
    /// Whether biases are moved during alignment until neurons are in their period for a tenth to nine tenths of the time.
    public var homeostasis = false
    /// How the device differs from what was meant.
    public var imperfections = Imperfections()

    /// As good as the published setting, in less time.
    public init() {}

    /// The published setting for deep networks: 32 replicas for 200 τ, pairs within 2τ, step 0.04.
    public static var published: SamplingSubstrate {
        var substrate = SamplingSubstrate()
        (substrate.replicas, substrate.duration, substrate.warmup) = (32, 200, 0)
        (substrate.pairing, substrate.normalization) = (.window, .published)
        return substrate
    }

    /// The keys of a configuration.
    public static let schema = Schema<SamplingSubstrate> {
        Field.integer("tau", \.tau, in: 1...10_000, drawn: 5...20)
        Field.integer("replicas", \.replicas, in: 1...4096, drawn: 1...4)
        Field.number("duration", \.duration, in: .positive, drawn: 10...100)
        Field.number("warm-up", \.warmup, in: 0...)
        Field.choice("potential", \.potential)
        Field.choice("window", \.window)
        Field.optionalNumber("window-time", \.windowTime, in: .positive, drawn: 5...10)
        Field.choice("pairing", \.pairing)
        Field.optionalInteger("window-length", \.windowLength, in: 1..., drawn: 5...20)
        Field.choice("normalization", \.normalization)
        Field.optionalNumber("step", \.step, in: .positive)
        Field.optionalNumber("halving", \.halving, in: .positive, drawn: 10...100)
        Field.optionalNumber("target-angle", \.targetAngle, in: .positive, drawn: 5...30)
        Field.boolean("homeostasis", \.homeostasis)
        Field.section("imperfections", \.imperfections)
        Field.refusing("window-length") {
            $0.windowLength != nil && $0.pairing != .window
        } because: {
            "has no effect with pairing '\($0.pairing.rawValue)': take 'pairing: window'"
        } settle: {
            $0.windowLength = nil
        }
        Field.refusing("pairing") {
            $0.window == .triangular && $0.pairing == .window
        } because: { _ in
            "a triangular window has an end of its own: take 'all' or 'nearest'"
        } settle: {
            $0.pairing = .nearest
            $0.windowLength = nil
        }
        Field.refusing("step", "halving", "duration") {
            $0.targetAngle != nil
                && ($0.step != nil || $0.halving != nil
                    || $0.duration != SamplingSubstrate().duration)
        } because: { _ in
            "has no effect with 'target-angle', which chooses step and time: leave one of them out"
        } settle: {
            ($0.step, $0.halving, $0.duration) = (nil, nil, SamplingSubstrate().duration)
        }
    }

    /// What pairs count.
    public var kernel: SpikeTimingKernel {
        let pairs: AlignmentPairing =
            switch pairing {
            case .all: .all
            case .nearest: .nearest
            case .window: .within(windowLength ?? 2 * tau)
            }
        return SpikeTimingKernel(
            window: window, timeConstant: windowTime ?? Double(tau), pairing: pairs)
    }

    /// Steps of a replica in an update.
    public var steps: Int { max(Int((duration * Double(tau)).rounded()), 1) }
    /// Steps before pairs count.
    public var warmupSteps: Int { Int((warmup * Double(tau)).rounded()) }

    /// η of each update.
    public var schedule: StepSchedule {
        StepSchedule(step ?? normalization.usualStep, halving: halving)
    }
}
