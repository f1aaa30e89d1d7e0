import RanvierConfiguration
import RanvierTensors

/// Leaky integrate-and-fire neurons driven by a synaptic current with a time constant of its own.
///
///     i[t] = α i[t−1] + I[t],   u[t] = β v[t−1] + i[t]
///
/// Source: Neftci, Mostafa & Zenke 2019.
public struct SynapticLIF: PopulationLayer, SpikingUnits {
    /// What can be chosen of the neurons.
    public struct Options: Configurable {
        /// How the membrane decays.
        public var leak = Leak.timeConstant(20e-3)
        /// How the synaptic current decays.
        public var synapticLeak = Leak.timeConstant(5e-3)
        /// θ.
        public var threshold: Float = 1
        /// Reset, surrogate and the other options.
        public var dynamics = PopulationDynamics()
        /// Whether both leaks are trained.
        public var learnsLeak = false

        /// 20 ms and 5 ms.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.leak(\.leak)
            Field.leak(\.synapticLeak, prefix: "synaptic")
            Field.number("threshold", \.threshold, in: .positive)
            Field.part(\.dynamics)
            Field.boolean("learns-leak", \.learnsLeak)
            Field.resetBelowThreshold(\.dynamics.reset, \.threshold)
        }
    }

    /// `synaptic-lif`.
    public static let kind = "synaptic-lif"
    /// All that was chosen.
    public let options: Options
    private let threshold: Parameter
    private let membraneLeak: LeakParameter
    private let synapticLeak: LeakParameter

    /// Reset, surrogate and the other options.
    public var dynamics: PopulationDynamics { options.dynamics }
    /// What decays.
    public var leaks: [(what: String, leak: Leak)] {
        [("membrane", options.leak), ("synaptic", options.synapticLeak)]
    }

    /// Neurons with two time constants in seconds.
    public init(
        membraneTimeConstant: Double, synapticTimeConstant: Double, threshold: Float = 1,
        dynamics: PopulationDynamics = PopulationDynamics()
    ) {
        self.init(
            membraneLeak: .timeConstant(membraneTimeConstant),
            synapticLeak: .timeConstant(synapticTimeConstant), threshold: threshold,
            dynamics: dynamics)
    }

    /// Neurons with two leaks, trained as `sigmoid(a)` if wanted.
    public init(
        membraneLeak: Leak, synapticLeak: Leak, threshold: Float = 1,
        dynamics: PopulationDynamics = PopulationDynamics(), learnsLeaks: Bool = false,
        timeStep: Double = 1e-3
    ) {
        let options = Options().with {
            ($0.leak, $0.synapticLeak, $0.threshold) = (membraneLeak, synapticLeak, threshold)
            ($0.dynamics, $0.learnsLeak) = (dynamics, learnsLeaks)
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
        membraneLeak = LeakParameter(options.leak, learns: learns, timeStep: timeStep)
        synapticLeak = LeakParameter(options.synapticLeak, learns: learns, timeStep: timeStep)
    }

    /// Leak 0.5, hard reset that is not detached, dspike.
    public static var deepOptions: Options {
        Options().with { ($0.leak, $0.dynamics) = (.factor(0.5), .deep) }
    }

    /// `threshold`, and `leak-logit`, `synaptic-leak-logit` where they are learned.
    public var parameters: [(name: String, parameter: Parameter)] {
        [("threshold", threshold)] + membraneLeak.named("leak-logit")
            + synapticLeak.named("synaptic-leak-logit")
    }

    /// With both leaks.
    public func populationParameters(timeStep: Double) -> PopulationParameters {
        var numbers = PopulationParameters(
            leak: membraneLeak.factor(timeStep: timeStep), threshold: threshold.tensor)
        numbers.synapticLeak = synapticLeak.factor(timeStep: timeStep)
        return numbers
    }
}
