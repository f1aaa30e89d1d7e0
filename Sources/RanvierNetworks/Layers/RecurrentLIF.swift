import RanvierTensors

/// Leaky integrate-and-fire neurons that hear their own layer's last spikes.
///
///     u[t] = β v[t−1] + I[t] + R s[t−1]      all to all, R of shape [N, N]
///     u[t] = β v[t−1] + I[t] + w s[t−1]      one to one, w per channel
///
/// With a synaptic leak the sum of input and recurrent spikes is filtered first; with an adaptation the
/// threshold rises as in ``AdaptiveLIF``. All steps run in one fused operation. Source: Bellec et al.
/// 2018; Zenke & Vogels 2021.
public struct RecurrentLIF: PopulationLayer {
    /// `recurrent-lif`.
    public static let kind = "recurrent-lif"

    /// Which neurons hear which.
    public enum Connection: String, Sendable, CaseIterable {
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

    /// Number of neurons: all features, or the channels for one-to-one connections.
    public let neurons: Int
    /// Which neurons hear which.
    public let connection: Connection
    /// Reset, surrogate and the other options.
    public let dynamics: PopulationDynamics
    /// `[N, N]` from neuron to neuron, or `[N]`.
    public let weights: Parameter
    private let threshold: Parameter
    private let leak: LeakParameter
    private let synapticLeak: LeakParameter?
    private let adaptation: Adaptation?

    /// Neurons with recurrent weights, uniform in ±gain/√N at first.
    public init(
        _ neurons: Int, connection: Connection = .allToAll, leak: Leak, synapticLeak: Leak? = nil,
        adaptation: Adaptation? = nil, threshold: Float = 1,
        dynamics: PopulationDynamics = PopulationDynamics(), learnsLeak: Bool = false,
        gain: Float = 1, timeStep: Double = 1e-3
    ) {
        precondition(neurons > 0, "a recurrent layer needs neurons")
        self.neurons = neurons
        self.connection = connection
        self.dynamics = dynamics
        self.adaptation = adaptation
        weights = Parameter(
            shape: connection == .allToAll ? [neurons, neurons] : [neurons],
            initialization: .uniform(fanIn: neurons, gain: gain))
        self.threshold = Parameter(
            shape: [], initialization: .constant(threshold), isTrainable: false, decays: false)
        self.leak = LeakParameter(leak, learns: learnsLeak, timeStep: timeStep)
        self.synapticLeak = synapticLeak.map {
            LeakParameter($0, learns: learnsLeak, timeStep: timeStep)
        }
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
        return input
    }

    /// With the recurrent weights.
    public func populationParameters(timeStep: Double) -> PopulationParameters {
        var numbers = PopulationParameters(
            leak: leak.factor(timeStep: timeStep), threshold: threshold.tensor)
        numbers.synapticLeak = synapticLeak?.factor(timeStep: timeStep)
        numbers.adaptation = adaptation.map {
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
        let fanOut = weights.value.scalars
        let width = connection == .allToAll ? neurons : 1
        let perNeuron = spikes.reshaped(to: [
            spikes.shape[0], spikes.count / spikes.shape[0] / neurons, neurons,
        ])
        .sum(axes: [0]).sum(axes: [0]).scalars
        let total = (0..<neurons).reduce(0) { sum, i in
            sum + Int(perNeuron[i]) * fanOut[i * width..<(i + 1) * width].count { $0 != 0 }
        }
        return OperationCount(synaptic: total)
    }
}
