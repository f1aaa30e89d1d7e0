import RanvierConfiguration
import RanvierTensors

/// Leaky integrate-and-fire neurons that hear their own layer's last spikes.
///
///     u[t] = β v[t−1] + I[t] + R s[t−1]      all to all, R of shape [N, N]
///     u[t] = β v[t−1] + I[t] + w s[t−1]      one to one, w per channel
///
/// One threshold for the layer, or one for each channel of the last axis. With a synaptic leak the sum of input and
/// recurrent spikes is filtered first; with an adaptation the
/// threshold rises as in ``AdaptiveLIF``. All steps run in one fused operation. Source: Bellec et al.
/// 2018; Zenke & Vogels 2021.
public struct RecurrentLIF: PopulationLayer, DescribedLayer {
    /// `recurrent-lif`.
    public static let kind = "recurrent-lif"

    /// Which neurons hear which.
    public enum Connection: String, Sendable, Hashable, CaseIterable {
        /// Every neuron hears every neuron of the layer, itself included.
        case allToAll = "all-to-all"
        /// Every neuron hears itself alone.
        case oneToOne = "one-to-one"
    }

    /// Rise of the threshold with every spike.
    public struct Adaptation: Sendable, Hashable {
        /// How fast the threshold falls back.
        public var leak: Leak
        /// By how much a spike raises it.
        public var strength: Float
        /// A rise that falls back with a leak.
        public init(leak: Leak, strength: Float) {
            self.leak = leak
            self.strength = strength
        }
    }

    /// What can be chosen of the neurons.
    public struct Options: Configurable {
        /// Which neurons hear which.
        public var connection = Connection.allToAll
        /// Number of neurons: all features, or the channels for one-to-one connections; nil for as many as there are.
        public var neurons: Int?
        /// How the membrane decays.
        public var leak = Leak.timeConstant(20e-3)
        /// θ.
        public var threshold: Float = 1
        /// Whether each channel of the last axis has a threshold of its own; they start alike.
        public var hasThresholdPerChannel = false
        /// How many channels they are then; nil for as many as there are.
        public var channels: Int?
        /// How the synaptic current decays; nil without one.
        public var synapticLeak: Leak?
        /// By how much a spike raises the threshold; 0 for a fixed one.
        public var adaptationStrength: Float = 0
        /// How fast that falls back.
        public var adaptationLeak = Leak.timeConstant(200e-3)
        /// Factor on the first recurrent weights.
        public var gain: Float = 1
        /// Whether the leaks are trained.
        public var learnsLeak = false
        /// Reset, surrogate and the other options.
        public var dynamics = PopulationDynamics()

        /// All to all, 20 ms.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.choice("connection", \.connection)
            Field.optionalInteger("neurons", \.neurons, in: 1..., drawn: nil)
            Field.leak(\.leak)
            Field.number("threshold", \.threshold, in: .positive)
            Field.thresholds(\.hasThresholdPerChannel, \.channels)
            Field.optionalLeak(\.synapticLeak, prefix: "synaptic")
            Field.number("adaptation-strength", \.adaptationStrength, in: 0...)
            Field.leak(\.adaptationLeak, prefix: "adaptation")
            Field.number("gain", \.gain, in: .positive)
            Field.boolean("learns-leak", \.learnsLeak)
            Field.part(\.dynamics)
            Field.levels(\.dynamics.membrane, besideThresholds: \.hasThresholdPerChannel)
            Field.resetBelowThreshold(\.dynamics.reset, \.threshold)
            Field.refusing("adaptation-leak", "adaptation-time-constant") {
                $0.adaptation == nil && $0.adaptationLeak != Options().adaptationLeak
            } because: { _ in
                "has no effect with adaptation-strength 0, which leaves the threshold where it is"
            } settle: {
                $0.adaptationLeak = Options().adaptationLeak
            }
        }

        var adaptation: Adaptation? {
            adaptationStrength > 0
                ? Adaptation(leak: adaptationLeak, strength: adaptationStrength) : nil
        }
    }

    /// All that was chosen.
    public let options: Options
    /// Number of neurons: all features, or the channels for one-to-one connections.
    public let neurons: Int
    /// `[N, N]` from neuron to neuron, or `[N]`.
    public let weights: Parameter
    private let threshold: Parameter
    private let leak: LeakParameter
    private let synapticLeak: LeakParameter?

    /// Which neurons hear which.
    public var connection: Connection { options.connection }
    /// Reset, surrogate and the other options.
    public var dynamics: PopulationDynamics { options.dynamics }
    /// What decays.
    public var leaks: [(what: String, leak: Leak)] {
        [("membrane", options.leak)] + (options.synapticLeak.map { [("synaptic", $0)] } ?? [])
            + (options.adaptation.map { [("adaptation", $0.leak)] } ?? [])
    }

    /// Neurons with recurrent weights, uniform in ±gain/√N at first.
    public init(
        _ neurons: Int, connection: Connection = .allToAll, leak: Leak, synapticLeak: Leak? = nil,
        adaptation: Adaptation? = nil, threshold: Float = 1,
        dynamics: PopulationDynamics = PopulationDynamics(), learnsLeak: Bool = false,
        gain: Float = 1, timeStep: Double = 1e-3
    ) {
        let options = Options().with {
            ($0.connection, $0.leak, $0.synapticLeak) = (connection, leak, synapticLeak)
            $0.adaptationStrength = adaptation?.strength ?? 0
            $0.adaptationLeak = adaptation?.leak ?? $0.adaptationLeak
            ($0.threshold, $0.dynamics) = (threshold, dynamics)
            ($0.learnsLeak, $0.gain) = (learnsLeak, gain)
        }
        self.init(options, neurons: neurons, timeStep: timeStep)
    }

    /// Neurons with given recurrent weights, and a threshold for each channel of the last axis.
    ///
    /// - Parameter weights: `[N, N]` from neuron to neuron, or `[N]` for one-to-one connections.
    public init(
        weights: Tensor, thresholds: [Float], leak: Leak,
        dynamics: PopulationDynamics = PopulationDynamics()
    ) {
        let neurons = weights.shape.first ?? 0
        precondition(
            weights.shape == [neurons] || weights.shape == [neurons, neurons],
            "recurrent weights are [N, N] or [N], not \(weights.shape)")
        let options = Options().with {
            $0.connection = weights.rank == 1 ? .oneToOne : .allToAll
            ($0.leak, $0.dynamics) = (leak, dynamics)
            $0.threshold = Parameter.least(of: thresholds)
            ($0.hasThresholdPerChannel, $0.channels) = (true, thresholds.count)
        }
        self.init(
            options, neurons: neurons, timeStep: 1e-3, thresholds: thresholds, weights: weights)
    }

    /// Neurons as described.
    public init(_ options: Options, at site: LayerSite) {
        let there = options.connection == .allToAll ? site.features : site.channels
        let complete = options.with {
            $0.channels = $0.hasThresholdPerChannel ? $0.channels ?? site.channels : nil
        }
        self.init(complete, neurons: options.neurons ?? there, timeStep: site.timeStep)
    }

    private init(
        _ options: Options, neurons: Int, timeStep: Double, thresholds: [Float]? = nil,
        weights given: Tensor? = nil
    ) {
        precondition(neurons > 0, "a recurrent layer needs neurons")
        self.options = options.with { $0.neurons = neurons }
        self.neurons = neurons
        let learns = options.learnsLeak
        weights =
            given.map { Parameter(value: $0) }
            ?? Parameter(
                shape: options.connection == .allToAll ? [neurons, neurons] : [neurons],
                initialization: .uniform(fanIn: neurons, gain: options.gain))
        threshold = .thresholds(
            thresholds, else: options.threshold, channels: options.channels, learns: false)
        leak = LeakParameter(options.leak, learns: learns, timeStep: timeStep)
        synapticLeak = options.synapticLeak.map {
            LeakParameter($0, learns: learns, timeStep: timeStep)
        }
    }

    /// Rectified linear units.
    public static func artificial(_ options: Options, at site: LayerSite) -> [any Layer] {
        [ReLU()]
    }

    /// `weights`, `threshold`, and `leak-logit`, `synaptic-leak-logit` where they are learned.
    public var parameters: [(name: String, parameter: Parameter)] {
        [("weights", weights), ("threshold", threshold)] + leak.named("leak-logit")
            + (synapticLeak?.named("synaptic-leak-logit") ?? [])
    }

    /// The features, which must be as many as there are neurons.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        let found = connection == .allToAll ? input.elementCount : input.last
        guard found == neurons else {
            throw ShapeMismatch(
                expected: connection == .allToAll
                    ? "\(neurons) features" : "\(neurons) channels on the last axis", found: input)
        }
        try threshold.requireChannels(of: input)
        return input
    }

    /// θ, `[]` or `[C]`.
    public var thresholds: Tensor { threshold.seen }

    /// With the recurrent weights.
    public func populationParameters(timeStep: Double) -> PopulationParameters {
        var numbers = PopulationParameters(
            leak: leak.factor(timeStep: timeStep), threshold: threshold.tensor)
        numbers.synapticLeak = synapticLeak?.factor(timeStep: timeStep)
        numbers.adaptation = options.adaptation.map {
            (Tensor(Float($0.leak.factor(timeStep: timeStep))), Tensor($0.strength))
        }
        switch connection {
        case .allToAll: numbers.recurrence = weights.tensor
        case .oneToOne: numbers.coupling = weights.tensor
        }
        return numbers
    }

    /// One addition per spike and recurrent weight that is not zero.
    public func recurrentOperations(for spikes: Tensor) -> OperationCount? {
        let steps = spikes.shape[0]
        let perNeuron = spikes.reshaped(to: [steps, spikes.count / steps / neurons, neurons])
        return OperationCount(
            of: perNeuron, fanOut: weights.fanOut(inputs: neurons), signal: Signal(.spikes))
    }
}
