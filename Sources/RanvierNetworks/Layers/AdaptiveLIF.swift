import RanvierConfiguration
import RanvierTensors

/// Leaky integrate-and-fire neurons whose threshold rises with every spike and falls back.
///
///     u[t] = β v[t−1] + I[t],   s[t] = Θ(u[t] − θ − b a[t−1]),   a[t] = ρ a[t−1] + s[t]
///
/// Source: Bellec et al. 2018 and 2020 (ALIF); the reset subtracts θ.
public struct AdaptiveLIF: PopulationLayer, SpikingUnits {
    /// What can be chosen of the neurons.
    public struct Options: Configurable {
        /// How the membrane decays.
        public var leak = Leak.timeConstant(20e-3)
        /// θ.
        public var threshold: Float = 1
        /// b, by how much a spike raises the threshold.
        public var strength: Float = 0.2
        /// How the rise falls back.
        public var adaptationLeak = Leak.timeConstant(200e-3)
        /// Reset, surrogate and the other options.
        public var dynamics = PopulationDynamics()
        /// Whether both leaks and b are trained.
        public var learnsLeak = false

        /// 20 ms, and a rise of 0.2 that falls back over 200 ms.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.leak(\.leak)
            Field.number("threshold", \.threshold, in: .positive)
            Field.number("adaptation-strength", \.strength, in: 0...)
            Field.leak(\.adaptationLeak, prefix: "adaptation")
            Field.part(\.dynamics)
            Field.boolean("learns-leak", \.learnsLeak)
            Field.resetBelowThreshold(\.dynamics.reset, \.threshold)
            Field.refusing("adaptation-leak", "adaptation-time-constant") {
                $0.strength == 0 && !$0.learnsLeak && $0.adaptationLeak != Options().adaptationLeak
            } because: { _ in
                "has no effect with adaptation-strength 0, which leaves the threshold where it is"
            } settle: {
                $0.adaptationLeak = Options().adaptationLeak
            }
        }
    }

    /// `adaptive-lif`.
    public static let kind = "adaptive-lif"
    /// All that was chosen.
    public let options: Options
    private let threshold: Parameter
    private let strength: Parameter
    private let leak: LeakParameter
    private let adaptationLeak: LeakParameter

    /// Reset, surrogate and the other options.
    public var dynamics: PopulationDynamics { options.dynamics }
    /// What decays.
    public var leaks: [(what: String, leak: Leak)] {
        [("membrane", options.leak), ("adaptation", options.adaptationLeak)]
    }

    /// Neurons with two time constants in seconds.
    ///
    /// - Parameters:
    ///   - strength: b, by how much a spike raises the threshold.
    ///   - learns: trains both leaks as `sigmoid(a)`, and b.
    public init(
        membraneTimeConstant: Double, adaptationTimeConstant: Double, strength: Float,
        threshold: Float = 1, dynamics: PopulationDynamics = PopulationDynamics(),
        learns: Bool = false, timeStep: Double = 1e-3
    ) {
        self.init(
            leak: .timeConstant(membraneTimeConstant),
            adaptationLeak: .timeConstant(adaptationTimeConstant), strength: strength,
            threshold: threshold, dynamics: dynamics, learns: learns, timeStep: timeStep)
    }

    /// Neurons with two leaks.
    public init(
        leak: Leak, adaptationLeak: Leak, strength: Float, threshold: Float = 1,
        dynamics: PopulationDynamics = PopulationDynamics(), learns: Bool = false,
        timeStep: Double = 1e-3
    ) {
        let options = Options().with {
            ($0.leak, $0.adaptationLeak, $0.strength) = (leak, adaptationLeak, strength)
            ($0.threshold, $0.dynamics, $0.learnsLeak) = (threshold, dynamics, learns)
        }
        self.init(options, timeStep: timeStep)
    }

    /// Neurons as described.
    public init(_ options: Options, at site: LayerSite) {
        self.init(options, timeStep: site.timeStep)
    }

    private init(_ options: Options, timeStep: Double) {
        self.options = options
        let learns = options.learnsLeak
        threshold = Parameter(
            shape: [], initialization: .constant(options.threshold), isTrainable: false,
            decays: false)
        strength = Parameter(
            shape: [], initialization: .constant(options.strength), isTrainable: learns,
            decays: false)
        leak = LeakParameter(options.leak, learns: learns, timeStep: timeStep)
        adaptationLeak = LeakParameter(options.adaptationLeak, learns: learns, timeStep: timeStep)
    }

    /// Leak 0.5, hard reset that is not detached, dspike.
    public static var deepOptions: Options {
        Options().with { ($0.leak, $0.dynamics) = (.factor(0.5), .deep) }
    }

    /// `threshold`, `strength`, and `leak-logit`, `adaptation-leak-logit` where they are learned.
    public var parameters: [(name: String, parameter: Parameter)] {
        [("threshold", threshold), ("strength", strength)] + leak.named("leak-logit")
            + adaptationLeak.named("adaptation-leak-logit")
    }

    /// With leak and adaptation.
    public func populationParameters(timeStep: Double) -> PopulationParameters {
        var numbers = PopulationParameters(
            leak: leak.factor(timeStep: timeStep), threshold: threshold.tensor)
        numbers.adaptation = (adaptationLeak.factor(timeStep: timeStep), strength.tensor)
        return numbers
    }
}
