import RanvierConfiguration
import RanvierTensors

/// Leaky integrate-and-fire neurons that learn their leak, one for the layer or one per channel.
///
///     u[t] = β v[t−1] + I[t],   β = sigmoid(a)      (or (1 − β) I[t])
///
/// Source: Fang et al. 2021 (PLIF).
public struct ParametricLIF: PopulationLayer, SpikingUnits {
    /// What can be chosen of the neurons.
    public struct Options: Configurable {
        /// The leak at the start.
        public var leak = Leak.timeConstant(20e-3)
        /// θ.
        public var threshold: Float = 1
        /// Whether each channel of the last axis has a leak of its own.
        public var isPerChannel = false
        /// How many they are then; nil for as many as there are.
        public var channels: Int?
        /// Reset, surrogate and the other options.
        public var dynamics = PopulationDynamics()

        /// 20 ms at the start, one leak in all.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.leak(\.leak)
            Field.number("threshold", \.threshold, in: .positive)
            Field.boolean("per-channel", \.isPerChannel)
            Field.optionalInteger("channels", \.channels, in: 1..., drawn: nil)
            Field.part(\.dynamics)
            Field.resetBelowThreshold(\.dynamics.reset, \.threshold)
            Field.refusing("channels") {
                !$0.isPerChannel && $0.channels != nil
            } because: { _ in
                "has no effect without per-channel: true; one leak serves the layer"
            } settle: {
                $0.channels = nil
            }
        }
    }

    /// `parametric-lif`.
    public static let kind = "parametric-lif"
    /// All that was chosen.
    public let options: Options
    private let threshold: Parameter
    private let leak: LeakParameter

    /// Reset, surrogate and the other options.
    public var dynamics: PopulationDynamics { options.dynamics }
    /// What decays.
    public var leaks: [(what: String, leak: Leak)] {
        [("membrane", options.leak)]
    }

    /// Neurons that start from a leak.
    ///
    /// - Parameters:
    ///   - channels: one leak for each channel of the last axis; nil for one in all.
    ///   - timeStep: to start from a time constant.
    public init(
        leak: Leak = .factor(0.5), channels: Int? = nil, threshold: Float = 1,
        dynamics: PopulationDynamics = PopulationDynamics(), timeStep: Double = 1e-3
    ) {
        let options = Options().with {
            ($0.leak, $0.threshold, $0.dynamics) = (leak, threshold, dynamics)
            ($0.isPerChannel, $0.channels) = (channels != nil, channels)
        }
        self.init(options, timeStep: timeStep)
    }

    /// Neurons as described.
    public init(_ options: Options, at site: LayerSite) {
        let complete = options.with {
            $0.channels = $0.isPerChannel ? $0.channels ?? site.channels : nil
        }
        self.init(complete, timeStep: site.timeStep)
    }

    private init(_ options: Options, timeStep: Double) {
        self.options = options
        threshold = Parameter(
            shape: [], initialization: .constant(options.threshold), isTrainable: false,
            decays: false)
        leak = LeakParameter(
            options.leak, learns: true, channels: options.channels, timeStep: timeStep)
    }

    /// Leak 0.5, hard reset that is not detached, dspike.
    public static var deepOptions: Options {
        Options().with { ($0.leak, $0.dynamics) = (.factor(0.5), .deep) }
    }

    /// `threshold`, `leak-logit`.
    public var parameters: [(name: String, parameter: Parameter)] {
        [("threshold", threshold)] + leak.named("leak-logit")
    }

    /// The features, whose last axis must have one element per leak.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        if let channels = leak.logit?.shape.first, input.last != channels {
            throw ShapeMismatch(expected: "\(channels) channels on the last axis", found: input)
        }
        return input
    }

    /// With the present leak.
    public func populationParameters(timeStep: Double) -> PopulationParameters {
        PopulationParameters(leak: leak.factor(timeStep: timeStep), threshold: threshold.tensor)
    }
}
