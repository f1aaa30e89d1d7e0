import RanvierLearning
import RanvierNetworks

/// A network, its input, a loss and the choice of what is trained: a function of a parameter vector.
///
/// The vector holds the chosen weights, delays, input times and initial states, in this order.
///
/// ```swift
/// var problem = EventProblem(network, from: states, inputs: inputs, trial: 10, loss: loss)
/// problem.trained.weights = Array(0..<90)
/// let outcome = try problem.valueAndGradient()
/// ```
public struct EventProblem<Neuron: PseudospikingNeuron, Loss: SpikeTimeLoss>: Sendable {
    /// Which quantities are trained.
    public struct Trained: Sendable, Equatable {
        /// Synapses whose weights are trained.
        public var weights: [Int] = []
        /// Synapses whose delays are trained.
        public var delays: [Int] = []
        /// Positions in the list of input spikes whose times are trained.
        public var inputTimes: [Int] = []
        /// Neurons whose initial states are trained.
        public var initialStates: [Int] = []

        /// Nothing is trained.
        public init() {}
    }

    /// The network.
    public private(set) var network: EventGraph<Neuron>
    /// The states at the start.
    public private(set) var initialStates: [Neuron.State]
    /// The input spikes.
    public private(set) var inputs: [InputSpike]
    /// End of the trial T.
    public let trial: Double
    /// The loss.
    public let loss: Loss
    /// What is trained.
    public var trained = Trained()
    /// Whether spikes after T count with their formal times (else as T).
    public var pseudospikes = true

    /// Creates a problem in which nothing is trained yet.
    public init(
        _ network: EventGraph<Neuron>, from initialStates: [Neuron.State],
        inputs: [InputSpike], trial: Double, loss: Loss
    ) {
        self.network = network
        self.initialStates = initialStates
        self.inputs = inputs
        self.trial = trial
        self.loss = loss
    }

    /// The parameter vector.
    public var parameters: [Double] {
        var all = trained.weights.map { network.synapses[$0].weight }
        all += trained.delays.map { network.synapses[$0].delay }
        all += trained.inputTimes.map { inputs[$0].time }
        for i in trained.initialStates {
            let values = network.neuron.parameters(of: initialStates[i])
            for k in 0..<Neuron.parameterCount { all.append(values[k]) }
        }
        return all
    }

    /// Replaces the parameter vector; delays below 0, input times outside [0, T] and phases outside
    /// [0, Θ] are clipped.
    ///
    /// Throws where the length differs or a value is not a finite number.
    public mutating func setParameters(_ values: [Double]) throws(ExactError) {
        let expected =
            trained.weights.count + trained.delays.count + trained.inputTimes.count
            + trained.initialStates.count * Neuron.parameterCount
        try ExactError.require("parameters", count: values.count, equals: expected)
        for (index, value) in values.enumerated() {
            try ExactError.requireFinite("parameter \(index)", value)
        }
        var rest = values[...]
        for synapse in trained.weights {
            try network.setWeight(rest.removeFirst(), of: synapse)
        }
        for synapse in trained.delays {
            try network.setDelay(max(rest.removeFirst(), 0), of: synapse)
        }
        for position in trained.inputTimes {
            inputs[position].time = min(max(rest.removeFirst(), 0), trial)
        }
        for i in trained.initialStates {
            var state = SIMD2<Double>.zero
            for k in 0..<Neuron.parameterCount { state[k] = rest.removeFirst() }
            initialStates[i] = network.neuron.state(with: state)
        }
    }

    /// The trial, its loss and gradient.
    public func outcome() throws(ExactError) -> TrialOutcome<Neuron> {
        try network.valueAndGradient(
            of: loss, from: initialStates, inputs: inputs, trial: trial,
            pseudospikes: pseudospikes)
    }

    /// The loss and its gradient by the parameter vector.
    public func valueAndGradient() throws(ExactError) -> (loss: Double, gradient: [Double]) {
        let outcome = try outcome()
        return (outcome.loss, gradient(of: outcome))
    }

    /// The part of a trial's gradient that belongs to the parameter vector.
    public func gradient(of outcome: TrialOutcome<Neuron>) -> [Double] {
        let gradient = outcome.gradient
        var all = trained.weights.map { gradient.weights[$0] }
        all += trained.delays.map { gradient.delays[$0] }
        all += trained.inputTimes.map { gradient.inputTimes[$0] }
        for i in trained.initialStates {
            for k in 0..<Neuron.parameterCount { all.append(gradient.initialStates[i][k]) }
        }
        return all
    }

    /// The loss and the number of spikes of each neuron in the trial, without a gradient.
    func lossAndCounts() throws(ExactError) -> (loss: Double, counts: [Int], order: [Int]) {
        let record = try network.simulate(from: initialStates, inputs: inputs, trial: trial)
        let times = try network.spikeTimes(loss.requests, in: record, pseudospikes: pseudospikes)
        return (
            loss.evaluate(times, trial: trial).value, record.spikesByNeuron().map(\.count),
            record.pending.map(\.synapse)
        )
    }
}
