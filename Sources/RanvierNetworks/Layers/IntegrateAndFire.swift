import RanvierConfiguration
import RanvierTensors

/// Integrate-and-fire neurons, which forget nothing.
///
///     u[t] = v[t−1] + I[t],   s[t] = Θ(u[t] − θ),   v[t] = u[t] − θ s[t]
public struct IntegrateAndFire: PopulationLayer, SpikingUnits {
    /// What can be chosen of the neurons.
    public struct Options: Configurable {
        /// θ.
        public var threshold: Float = 1
        /// Reset, surrogate and the other options.
        public var dynamics = PopulationDynamics()

        /// Threshold 1, soft detached reset, arctangent.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.number("threshold", \.threshold, in: .positive)
            Field.part(\.dynamics)
            Field.resetBelowThreshold(\.dynamics.reset, \.threshold)
        }
    }

    /// `if`.
    public static let kind = "if"
    /// Threshold and dynamics.
    public let options: Options
    private let threshold: Parameter

    /// Reset, surrogate and the other options.
    public var dynamics: PopulationDynamics { options.dynamics }

    /// Neurons with a threshold.
    public init(threshold: Float = 1, dynamics: PopulationDynamics = PopulationDynamics()) {
        self.init(Options().with { ($0.threshold, $0.dynamics) = (threshold, dynamics) })
    }

    /// Neurons as described.
    public init(_ options: Options, at site: LayerSite) { self.init(options) }

    private init(_ options: Options) {
        self.options = options
        threshold = Parameter(
            shape: [], initialization: .constant(options.threshold), isTrainable: false,
            decays: false)
    }

    /// Hard reset that is not detached, dspike.
    public static var deepOptions: Options { Options().with { $0.dynamics = .deep } }

    /// `threshold`.
    public var parameters: [(name: String, parameter: Parameter)] { [("threshold", threshold)] }

    /// Leak 1.
    public func populationParameters(timeStep: Double) -> PopulationParameters {
        PopulationParameters(leak: Tensor(1), threshold: threshold.tensor)
    }
}
