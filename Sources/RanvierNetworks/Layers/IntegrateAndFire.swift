import RanvierConfiguration
import RanvierTensors

/// Integrate-and-fire neurons, which forget nothing.
///
///     u[t] = v[t−1] + I[t],   s[t] = Θ(u[t] − θ),   v[t] = u[t] − θ s[t]
///
/// v[−1] is 0 unless chosen. At θ/2 a constant current makes the number of spikes that is nearest to the sum of the current, where
/// 0 rounds it down. One threshold for the layer, or one for each channel of the last axis.
public struct IntegrateAndFire: PopulationLayer, SpikingUnits {
    /// What can be chosen of the neurons.
    public struct Options: Configurable {
        /// θ.
        public var threshold: Float = 1
        /// v before the first step of a sequence, a potential as θ is. With a threshold per channel it is the same part of each.
        public var initialMembrane: Float = 0
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
            Field.initialMembrane(\.initialMembrane)
            Field.thresholds(\.hasThresholdPerChannel, \.channels)
            Field.part(\.dynamics)
            Field.levels(\.dynamics.membrane, besideThresholds: \.hasThresholdPerChannel)
            Field.resetBelowThreshold(\.dynamics.reset, \.threshold)
            Field.initialBelowThreshold(\.initialMembrane, \.threshold)
        }
    }

    /// `if`.
    public static let kind = "if"
    /// Threshold and dynamics.
    public let options: Options
    private let threshold: Parameter

    /// Reset, surrogate and the other options.
    public var dynamics: PopulationDynamics { options.dynamics }

    /// v before the first step.
    public var initialMembrane: Float { options.initialMembrane }

    /// Neurons with a threshold, and a membrane below it to start from.
    public init(
        threshold: Float = 1, initialMembrane: Float = 0,
        dynamics: PopulationDynamics = PopulationDynamics()
    ) {
        self.init(
            Options().with {
                ($0.threshold, $0.initialMembrane) = (threshold, initialMembrane)
                $0.dynamics = dynamics
            })
    }

    /// Neurons with a threshold for each channel of the last axis.
    ///
    /// - Parameter initialShare: the part of its threshold that a membrane begins with.
    public init(
        thresholds: [Float], initialShare: Float = 0,
        dynamics: PopulationDynamics = PopulationDynamics()
    ) {
        self.init(
            Options().with {
                ($0.threshold, $0.dynamics) = (Parameter.least(of: thresholds), dynamics)
                $0.initialMembrane = initialShare * $0.threshold
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

    /// By the part of its threshold where each channel has its own.
    public func firstMembrane(for current: Tensor) -> Tensor? {
        initialMembrane.firstState(
            for: current, thresholds: threshold.tensor, beside: options.threshold)
    }

    /// Leak 1.
    public func populationParameters(timeStep: Double) -> PopulationParameters {
        PopulationParameters(leak: Tensor(1), threshold: threshold.tensor)
    }

    /// The whole sequence. Without a refractory period these are leaky neurons whose leak is 1, whose run is faster and keeps
    /// less; it has the same bits.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        guard dynamics.refractorySteps == 0, dynamics.membrane == nil, context.inspector == nil
        else {
            return run(input, state: nil, in: context).output
        }
        let leaky = LIFDynamics(
            reset: dynamics.reset, detachesReset: dynamics.detachesReset,
            inputScale: dynamics.inputScale, tie: dynamics.tie, surrogate: dynamics.surrogate)
        let spikes = leaky.run(
            input, leak: Tensor(1), threshold: threshold.tensor,
            state: firstMembrane(for: input)
        ).spikes
        context.observe(.spikes(spikes.detached))
        return spikes
    }
}
