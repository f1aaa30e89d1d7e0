import RanvierConfiguration
import RanvierTensors

/// Integrate-and-fire neurons, which forget nothing.
///
///     u[t] = v[t−1] + I[t],   s[t] = Θ(u[t] − θ),   v[t] = u[t] − θ s[t]
///
/// One threshold for the layer, or one for each channel of the last axis.
public struct IntegrateAndFire: PopulationLayer, SpikingUnits {
    /// What can be chosen of the neurons.
    public struct Options: Configurable {
        /// θ.
        public var threshold: Float = 1
        /// Whether each channel of the last axis has a threshold of its own; they start alike.
        public var hasThresholdPerChannel = false
        /// How many channels they are then; nil for as many as there are.
        public var channels: Int?
        /// Reset, surrogate and the other options.
        public var dynamics = PopulationDynamics()

        /// Threshold 1, soft detached reset, arctangent.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.number("threshold", \.threshold, in: .positive)
            Field.thresholds(\.hasThresholdPerChannel, \.channels)
            Field.part(\.dynamics)
            Field.levels(\.dynamics.membrane, besideThresholds: \.hasThresholdPerChannel)
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

    /// Neurons with a threshold for each channel of the last axis.
    public init(thresholds: [Float], dynamics: PopulationDynamics = PopulationDynamics()) {
        self.init(
            Options().with {
                ($0.threshold, $0.dynamics) = (Parameter.least(of: thresholds), dynamics)
                ($0.hasThresholdPerChannel, $0.channels) = (true, thresholds.count)
            }, thresholds: thresholds)
    }

    /// Neurons as described.
    public init(_ options: Options, at site: LayerSite) {
        self.init(
            options.with {
                $0.channels = $0.hasThresholdPerChannel ? $0.channels ?? site.channels : nil
            })
    }

    private init(_ options: Options, thresholds: [Float]? = nil) {
        self.options = options
        threshold = .thresholds(
            thresholds, else: options.threshold, channels: options.channels, learns: false)
    }

    /// Hard reset that is not detached, dspike.
    public static var deepOptions: Options { Options().with { $0.dynamics = .deep } }

    /// The features, whose last axis must have one element per threshold.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        try threshold.requireChannels(of: input)
        return input
    }

    /// θ, `[]` or `[C]`.
    public var thresholds: Tensor { threshold.seen }

    /// `threshold`.
    public var parameters: [(name: String, parameter: Parameter)] { [("threshold", threshold)] }

    /// Leak 1.
    public func populationParameters(timeStep: Double) -> PopulationParameters {
        PopulationParameters(leak: Tensor(1), threshold: threshold.tensor)
    }
}
