import RanvierConfiguration
import RanvierTensors
import Synchronization

/// A chain of layers with named parameters.
///
///     let network = try Network(inputShape: [64], timeStep: 1e-3, seed: 0) {
///         Linear(64, 128)
///         LIF(membraneTimeConstant: 20e-3)
///         Linear(128, 10)
///         LeakyIntegrator(membraneTimeConstant: 20e-3)
///     }
///     let readout = network(sequence)         // [T, B, 64] -> [T, B, 10]
///
/// Parameters live in the layers and change by training; everything else is a value.
public final class Network: ParameterHolder {
    /// A layer and its name.
    public struct Stage: Sendable {
        /// Name, unique in the network: the kind and a number, `lif2`, or a name given.
        public let name: String
        /// The layer.
        public let layer: any Layer
    }

    let chain: LayerChain
    /// The layers in order.
    public var stages: [Stage] { chain.stages }
    /// Shape of the input features, without time and batch.
    public let inputShape: [Int]
    /// Shape of the output features.
    public let outputShape: [Int]
    /// Numbers that all layers together keep from one step to the next, for one sample.
    public let stateCount: Int
    /// Most features that go into a layer or come out of one.
    package let largestLayer: Int
    /// Duration of a step in seconds.
    public let timeStep: Double
    /// Seed of the first weights.
    public let seed: UInt64
    /// Whether training computes the states of layers again in the backward pass instead of keeping them.
    ///
    /// What is kept is the input of each segment of layers, which ends with a layer that has a state: of synapses,
    /// normalisation and neurons the spikes that come in alone. Costs one more forward pass; gradients have the
    /// same bits. See ``Recomputed``.
    public var recomputesStates: Bool {
        get { recomputes.load(ordering: .relaxed) }
        set { recomputes.store(newValue, ordering: .relaxed) }
    }
    private let recomputes = Atomic<Bool>(false)
    /// Whether training leaves the statistics of normalisations alone and normalises by them, as inference does.
    ///
    /// For the last phase of a training: γ, β and weights go on learning, for the network that inference runs. From the first
    /// step on it makes little sense, because running values start at mean 0 and variance 1.
    public var freezesNormalization: Bool {
        get { freezes.load(ordering: .relaxed) }
        set { freezes.store(newValue, ordering: .relaxed) }
    }
    private let freezes = Atomic<Bool>(false)

    /// Builds a network and draws its first weights.
    ///
    /// - Throws: ``NetworkError`` that names the layer that does not fit the one before it.
    public convenience init(
        inputShape: [Int], timeStep: Double = 1e-3, seed: UInt64 = 0,
        @LayerBuilder layers: () -> [any Layer]
    ) throws(NetworkError) {
        try self.init(inputShape: inputShape, timeStep: timeStep, seed: seed, layers: layers())
    }

    /// Builds a network from a list of layers.
    public convenience init(
        inputShape: [Int], timeStep: Double = 1e-3, seed: UInt64 = 0, layers: [any Layer]
    ) throws(NetworkError) {
        try self.init(
            inputShape: inputShape, timeStep: timeStep, seed: seed, layers: layers,
            drawsWeights: true)
    }

    /// - Parameter drawsWeights: whether parameters get their first values; false keeps what they have.
    package init(
        inputShape: [Int], timeStep: Double, seed: UInt64, layers: [any Layer], drawsWeights: Bool
    ) throws(NetworkError) {
        guard !layers.isEmpty else { throw .empty }
        self.inputShape = inputShape
        self.timeStep = timeStep
        self.seed = seed
        chain = LayerChain(layers)
        var shape = inputShape
        var states = 0, largest = shape.elementCount
        for stage in chain.stages {
            do {
                let next = try stage.layer.outputShape(for: shape)
                try LayerChain.requireMemory(for: next, behind: stage.name)
                states += stage.layer.stateCount(for: shape)
                shape = next
            } catch {
                throw .layer(
                    name: stage.name, kind: type(of: stage.layer).kind, mismatch: error)
            }
            largest = max(largest, shape.elementCount)
        }
        try Self.requireMemory(forParametersOf: chain)
        outputShape = shape
        largestLayer = largest
        stateCount = states
        for stage in chain.stages {
            for (name, parameter) in stage.layer.parameters {
                parameter.name = "\(stage.name).\(name)"
                let own = RandomStream(seed: seed, name: "weights/\(parameter.name)")
                if drawsWeights { parameter.initialize(from: own) }
            }
        }
    }

    /// Refuses weights that do not fit, before memory is taken for the first of them.
    ///
    /// While a tensor is drawn there are its random numbers beside it.
    private static func requireMemory(
        forParametersOf chain: LayerChain
    ) throws(NetworkError) {
        let all = chain.parameters
        guard let (name, largest) = all.max(by: { $0.parameter.bytes < $1.parameter.bytes }) else {
            return
        }
        let sum = all.reduce(0) { $0 + $1.parameter.bytes }
        do {
            try MemoryNeed(
                "the network, whose largest tensor is '\(name)' of shape \(largest.shape)",
                bytes: sum + largest.bytes, advice: "take fewer neurons, channels or inputs"
            ).check()
        } catch {
            throw .tooLarge(error)
        }
    }

    /// All parameters in order of the layers, each followed by the numbers that its views bring along.
    public var parameters: [Parameter] { layerParameters.flatMap(\.withViews) }

    /// The parameters of the layers alone.
    public var layerParameters: [Parameter] {
        stages.flatMap { $0.layer.parameters.map(\.parameter) }
    }

    /// The parameters that training changes.
    public var trainableParameters: [Parameter] { parameters.filter(\.isTrainable) }

    /// All parameters by name.
    public var values: [String: Tensor] {
        Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value) })
    }

    /// Takes over stored parameters.
    ///
    /// - Throws: ``NetworkError/parameters(expected:found:)`` where one is missing, has another shape, is
    ///   refused by the view it belongs to, or belongs to no layer. Nothing is changed then.
    public func restore(_ values: [String: Tensor]) throws(NetworkError) {
        try restoreNumbers(values)
    }

    /// The whole sequence, `[T, B, …]`, in inference.
    public func callAsFunction(_ sequence: Tensor) -> Tensor {
        self(sequence, in: ForwardContext(timeStep: timeStep))
    }

    /// The whole sequence in a context.
    public func callAsFunction(_ sequence: Tensor, in context: ForwardContext) -> Tensor {
        let context = honored(context)
        guard recomputesStates, context.isTraining else { return chain(sequence, in: context) }
        return segments.reduce(sequence) { $1.recomputing($0, in: context) }
    }

    /// The context with what the network has been told about its training.
    private func honored(_ context: ForwardContext) -> ForwardContext {
        var context = context
        context.freezesNormalization = freezesNormalization
        if context.isLocalInTime, let stage = stages.first(where: { !$0.layer.canBeLocalInTime }) {
            preconditionFailure(
                "layer '\(stage.name)' of kind '\(type(of: stage.layer).kind)' cannot keep errors at "
                    + "their step; take a rule that goes back through time")
        }
        return context
    }

    /// The layers, cut behind each that has a state; that of a normalisation only counts steps.
    private var segments: [LayerChain] {
        var segments: [[Stage]] = [[]]
        for stage in stages {
            segments[segments.count - 1].append(stage)
            if stage.layer.remembers && !stage.layer.takesChannelSums { segments.append([]) }
        }
        return segments.filter { !$0.isEmpty }.map { LayerChain(stages: $0) }
    }

    /// One step, `[B, …]`, with the state of all layers passed in and handed back.
    ///
    /// - Parameter state: as the previous step returned it; nil before the first.
    public func step(
        _ input: Tensor, state: LayerState? = nil, in context: ForwardContext? = nil
    ) -> (output: Tensor, state: LayerState) {
        let response = chain.step(
            input, state: state, in: honored(context ?? ForwardContext(timeStep: timeStep)))
        return (response.output, response.state ?? LayerState())
    }

    /// A part of a sequence that goes on from a state, differentiable through the state.
    public func run(
        _ part: Tensor, state: LayerState? = nil, in context: ForwardContext? = nil
    ) -> (output: Tensor, state: LayerState) {
        let response = chain.run(
            part, state: state, in: honored(context ?? ForwardContext(timeStep: timeStep)))
        return (response.output, response.state ?? LayerState())
    }

    /// Computes a loss with tracked parameters and its gradients.
    ///
    /// - Returns: the loss, and a gradient for each of ``trainableParameters``.
    public func valueAndGradients(of loss: () -> Tensor) -> (loss: Tensor, gradients: [Tensor]) {
        let parameters = trainableParameters
        for parameter in parameters { parameter.track() }
        defer { for parameter in parameters { parameter.release() } }
        let value = loss()
        // Without its place on the tape, which holds the weights: the optimiser would have to copy them.
        return (value.detached, value.gradients(for: parameters.map(\.variable)))
    }
}
