import RanvierNetworks
import RanvierTensors

/// All-to-all synapses and the neurons behind them, as rules over traces see them.
struct TracedLayer: Sendable {
    /// Name of the layer of synapses.
    let name: String
    /// The synapses.
    let linear: Linear
    /// The neurons behind.
    let neurons: TracedNeurons
    /// Where in the network the neurons end.
    let lastStage: Int

    /// Numbers of neurons that come in.
    var inputs: Int { linear.inputs }
    /// Neurons.
    var outputs: Int { linear.outputs }
}

/// Neurons whose own past a rule over traces can follow: spiking ones, leaky integrators, or none at all.
enum TracedNeurons: Sendable {
    /// Of one leak and one threshold, or one threshold for each neuron.
    case lif(LIF)
    /// With an adaptive threshold.
    case adaptive(AdaptiveLIF)
    /// That hear each other.
    case recurrent(RecurrentLIF)
    /// A read-out that integrates.
    case integrator(LeakyIntegrator)
    /// A read-out without memory.
    case none

    /// What a chunk of steps gives.
    struct Response {
        /// Spikes, or values of a read-out, `[T, B, N]`.
        var output: Tensor
        /// Membranes less what thresholds have risen by, `[T, B, N]`; of a read-out nil.
        var margin: Tensor?
        /// State after the last step.
        var state: State
    }

    /// What neurons remember from chunk to chunk.
    enum State {
        case membrane(Tensor)
        case population(PopulationState)
        case none
    }

    /// Numbers of the way back through the neurons' own past.
    struct Past {
        var leak: Float = 0
        var inputScale: Float = 1
        var threshold: Float = 0
        var adaptation: (leak: Float, strength: Float)?
        var surrogate = Surrogate.straightThrough
    }

    /// Weights between the neurons.
    var recurrence: Parameter? {
        if case .recurrent(let layer) = self { layer.weights } else { nil }
    }

    /// Whether the neurons spike.
    var areSpiking: Bool {
        switch self {
        case .lif, .adaptive, .recurrent: true
        case .integrator, .none: false
        }
    }
}

// MARK: - From layers

extension TracedNeurons {
    /// The neurons of a layer.
    ///
    /// - Throws: why rules over traces cannot follow them, and what to do.
    static func of(_ layer: any Layer) throws(Refusal) -> TracedNeurons? {
        switch layer {
        case let lif as LIF:
            guard lif.output == .spikes else {
                throw Refusal("it hands on membranes", "take output: spikes, or leaky-integrator")
            }
            guard lif.dynamics.membrane == nil else { throw .levels }
            guard !lif.options.learnsLeak, !lif.options.learnsThreshold else { throw .learning }
            return .lif(lif)
        case let layer as AdaptiveLIF:
            try check(layer.dynamics, learns: layer.options.learnsLeak)
            return .adaptive(layer)
        case let layer as RecurrentLIF:
            try check(layer.dynamics, learns: layer.options.learnsLeak)
            guard layer.connection == .allToAll else {
                throw Refusal("each neuron hears itself alone", "take connection: all-to-all")
            }
            guard layer.options.synapticLeak == nil else {
                throw Refusal(
                    "its currents have a memory of their own", "leave synaptic-leak out")
            }
            return .recurrent(layer)
        case let layer as LeakyIntegrator: return .integrator(layer)
        default: return nil
        }
    }

    private static func check(
        _ dynamics: PopulationDynamics, learns: Bool
    ) throws(Refusal) {
        guard dynamics.membrane == nil else { throw .levels }
        guard dynamics.refractorySteps == 0 else {
            throw Refusal(
                "a refractory period holds membranes", "leave refractory-steps out")
        }
        guard !learns else { throw .learning }
    }

    /// Why a layer cannot be followed, and what to do.
    struct Refusal: Error {
        let reason: String
        let advice: String

        init(_ reason: String, _ advice: String) {
            self.reason = reason
            self.advice = advice
        }

        static let levels = Refusal(
            "its membranes are kept on few levels", "leave the levels of membranes out")
        static let learning = Refusal(
            "its leaks or thresholds learn, for which there are no traces",
            "take learns-leak: false and learns-threshold: false")
    }
}

// MARK: - Running

extension TracedNeurons {
    /// Runs the neurons over a chunk of steps, without a tape.
    func run(_ current: Tensor, from state: State, timeStep: Double) -> Response {
        switch self {
        case .lif(let layer):
            var before: Tensor?
            if case .membrane(let membrane) = state { before = membrane }
            let threshold = layer.thresholds
            let response = layer.dynamics.run(
                current, leak: layer.leakFactor(timeStep: timeStep), threshold: threshold,
                state: before ?? layer.firstMembrane(for: current), keepsMembrane: true)
            var margin = response.membrane
            if threshold.count > 1 { margin = margin.map { $0 - threshold } }
            return Response(
                output: response.spikes, margin: margin, state: .membrane(response.state))
        case .adaptive(let layer): return run(layer, current, from: state, timeStep)
        case .recurrent(let layer): return run(layer, current, from: state, timeStep)
        case .integrator(let layer):
            var before: Tensor?
            if case .membrane(let membrane) = state { before = membrane }
            let output = layer.dynamics.run(
                current, leak: Tensor(Float(layer.leak.factor(timeStep: timeStep))), state: before)
            return Response(
                output: output, margin: nil,
                state: .membrane(output.step(at: output.shape[0] - 1)))
        case .none: return Response(output: current, margin: nil, state: .none)
        }
    }

    private func run(
        _ layer: some PopulationLayer, _ current: Tensor, from state: State, _ timeStep: Double
    ) -> Response {
        let parameters = layer.populationParameters(timeStep: timeStep)
        var before: PopulationState?
        if case .population(let state) = state { before = state }
        let response = layer.dynamics.run(
            current, parameters,
            state: before ?? layer.firstState(for: current, parameters), keepsMembrane: true)
        var margin = response.membrane
        if let (leak, strength) = parameters.adaptation {
            margin = margin.map {
                $0 - Self.risen(response.spikes, leak, from: before?.adaptation) * strength
            }
        }
        if parameters.threshold.count > 1 { margin = margin.map { $0 - parameters.threshold } }
        return Response(
            output: response.spikes, margin: margin, state: .population(response.state))
    }

    /// `a[t−1]` for `a[t] = ρ a[t−1] + s[t]`, `[T, B, N]`.
    private static func risen(_ spikes: Tensor, _ leak: Tensor, from before: Tensor?) -> Tensor {
        let first = before ?? .zeros(Array(spikes.shape.dropFirst()))
        let start = first.reshaped(to: [1] + first.shape)
        guard spikes.shape[0] > 1 else { return start }
        let rest = IntegratorDynamics().run(
            spikes.slice(0..<spikes.shape[0] - 1), leak: leak, state: first)
        return Tensor.concatenate([start, rest])
    }

    /// Numbers of the way back.
    func past(timeStep: Double) -> Past {
        func factor(_ leak: Leak) -> Float { Float(leak.factor(timeStep: timeStep)) }
        func past(_ layer: some PopulationLayer) -> Past {
            let parameters = layer.populationParameters(timeStep: timeStep)
            let leak = parameters.leak.scalar
            return Past(
                leak: leak, inputScale: layer.dynamics.inputScale == .unit ? 1 : 1 - leak,
                threshold: parameters.threshold.count > 1 ? 0 : parameters.threshold.scalar,
                adaptation: parameters.adaptation.map { ($0.leak.scalar, $0.strength.scalar) },
                surrogate: layer.dynamics.surrogate)
        }
        switch self {
        case .lif(let layer):
            let leak = factor(layer.leak), threshold = layer.thresholds
            return Past(
                leak: leak, inputScale: layer.dynamics.inputScale == .unit ? 1 : 1 - leak,
                threshold: threshold.count > 1 ? 0 : threshold.scalar,
                surrogate: layer.dynamics.surrogate)
        case .adaptive(let layer): return past(layer)
        case .recurrent(let layer): return past(layer)
        case .integrator(let layer):
            let leak = factor(layer.leak)
            return Past(leak: leak, inputScale: layer.dynamics.inputScale == .unit ? 1 : 1 - leak)
        case .none: return Past()
        }
    }
}
