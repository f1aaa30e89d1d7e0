import RanvierTensors

/// What a forward pass knows besides its input.
public struct ForwardContext {
    /// Duration of a step in seconds.
    public var timeStep: Double
    /// Whether this pass belongs to training (dropout, batch statistics).
    public var isTraining: Bool
    /// Random numbers for layers that need them.
    public var random: RandomStream
    /// Called with the name of a layer and its spikes or output; nil where nobody looks.
    public var observer: ((_ layer: String, _ observation: Observation) -> Void)?

    /// Called with the name of a layer, what comes into its synapses and what its membranes are; nil where nobody asks, and then
    /// no membrane is kept.
    public var inspector: ((_ layer: String, _ inspection: Inspection) -> Void)?

    /// How errors reach synapses in training; nil for by the gradient.
    public var credit: CreditAssignment?

    /// What is known of the input of the layer that runs; nil for what its storage says.
    public var signal: Signal?

    /// What a code of the weights before the layer that runs stands for, where neurons want to know it; nil where there is no
    /// one such number.
    public internal(set) var weightStep: Tensor?

    /// Whether the layer behind the one that runs takes sums per channel of what comes out.
    public internal(set) var measuresChannels = false

    /// Whether normalisations take their running values in training, too, and leave them as they are.
    public internal(set) var freezesNormalization = false

    /// Whether this pass repeats another one for its gradients, and must leave running values alone.
    public package(set) var isRecomputing = false

    /// A context for inference.
    public init(
        timeStep: Double, isTraining: Bool = false,
        random: RandomStream = RandomStream(seed: 0, name: "forward"),
        observer: ((_ layer: String, _ observation: Observation) -> Void)? = nil
    ) {
        self.timeStep = timeStep
        self.isTraining = isTraining
        self.random = random
        self.observer = observer
    }

    /// Tells the observer, if there is one, what the layer that runs has done.
    public func observe(_ observation: Observation) { observer?(Tape.layer, observation) }

    /// Tells the inspector, if there is one, what it asked for.
    public func inspect(_ inspection: @autoclosure () -> Inspection) {
        inspector?(Tape.layer, inspection())
    }
}
