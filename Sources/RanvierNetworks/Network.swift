import RanvierTensors

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
public final class Network {
    /// A layer and its name.
    public struct Stage {
        /// Name, unique in the network: the kind and a number, `lif2`, or a name given.
        public let name: String
        /// The layer.
        public let layer: any Layer
    }

    /// The layers in order.
    public let stages: [Stage]
    /// Shape of the input features, without time and batch.
    public let inputShape: [Int]
    /// Shape of the output features.
    public let outputShape: [Int]
    /// Numbers that all layers together keep from one step to the next, for one sample.
    public let stateCount: Int
    /// Duration of a step in seconds.
    public let timeStep: Double
    /// Seed of the first weights.
    public let seed: UInt64
    /// Whether training computes the states of layers again in the backward pass instead of keeping them.
    ///
    /// What is kept is the input of each segment of layers, which ends with a layer that has a state: of synapses,
    /// normalisation and neurons the spikes that come in alone. Costs one more forward pass; gradients have the
    /// same bits. See ``Recomputed``.
    public var recomputesStates = false

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
    init(
        inputShape: [Int], timeStep: Double, seed: UInt64, layers: [any Layer], drawsWeights: Bool
    ) throws(NetworkError) {
        guard !layers.isEmpty else { throw .empty }
        self.inputShape = inputShape
        self.timeStep = timeStep
        self.seed = seed
        stages = LayerChain(layers).stages
        var shape = inputShape
        var states = 0
        for stage in stages {
            states += stage.layer.stateCount(for: shape)
            do {
                shape = try stage.layer.outputShape(for: shape)
            } catch {
                throw .layer(
                    name: stage.name, kind: type(of: stage.layer).kind, mismatch: error)
            }
        }
        outputShape = shape
        stateCount = states
        for stage in stages {
            for (name, parameter) in stage.layer.parameters {
                parameter.name = "\(stage.name).\(name)"
                let own = RandomStream(seed: seed, name: "weights/\(parameter.name)")
                if drawsWeights { parameter.initialize(from: own) }
            }
        }
    }

    /// All parameters in order of the layers.
    public var parameters: [Parameter] {
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
    /// - Throws: ``NetworkError/parameters(expected:found:)`` where one is missing, has another shape, or
    ///   belongs to no layer. Nothing is changed then.
    public func restore(_ values: [String: Tensor]) throws(NetworkError) {
        let own = parameters
        for parameter in own {
            guard let value = values[parameter.name] else {
                throw .parameters(expected: "'\(parameter.name)'", found: "no such tensor")
            }
            guard value.shape == parameter.shape else {
                throw .parameters(
                    expected: "'\(parameter.name)' of shape \(parameter.shape)",
                    found: "shape \(value.shape)")
            }
        }
        let names = Set(own.map(\.name))
        if let stranger = values.keys.sorted().first(where: { !names.contains($0) }) {
            throw .parameters(
                expected: "only \(names.count) parameters of this network", found: "'\(stranger)'")
        }
        for parameter in own {
            if let value = values[parameter.name] { parameter.value = value }
        }
    }

    /// The whole sequence, `[T, B, …]`, in inference.
    public func callAsFunction(_ sequence: Tensor) -> Tensor {
        self(sequence, in: ForwardContext(timeStep: timeStep))
    }

    /// The whole sequence in a context.
    public func callAsFunction(_ sequence: Tensor, in context: ForwardContext) -> Tensor {
        guard recomputesStates, context.isTraining else {
            return LayerChain(stages: stages)(sequence, in: context)
        }
        return segments.reduce(sequence) { $1.recomputing($0, in: context) }
    }

    /// The layers, cut behind each that has a state.
    private var segments: [LayerChain] {
        var segments: [[Stage]] = [[]]
        for stage in stages {
            segments[segments.count - 1].append(stage)
            let ends = stage.layer.remembers && !(stage.layer is BatchNormalization)
            if ends { segments.append([]) }
        }
        return segments.filter { !$0.isEmpty }.map { LayerChain(stages: $0) }
    }

    /// One step, `[B, …]`, with the state of all layers passed in and handed back.
    ///
    /// - Parameter state: one entry per layer, as the previous step returned it; nil before the first.
    public func step(
        _ input: Tensor, state: [LayerState?]? = nil, in context: ForwardContext? = nil
    ) -> (output: Tensor, state: [LayerState?]) {
        let context = context ?? ForwardContext(timeStep: timeStep)
        var signal = input
        var next: [LayerState?] = []
        for (index, stage) in stages.enumerated() {
            let response = Tape.naming(stage.name) {
                stage.layer.step(signal, state: state?[index], in: context)
            }
            signal = response.output
            next.append(response.state)
        }
        return (signal, next)
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
        return (value.detached, value.gradients(for: parameters.map(\.tensor)))
    }
}

/// Collects the layers of a network.
@resultBuilder
public enum LayerBuilder {
    /// One layer.
    public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
    /// Several layers, for example from a function.
    public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
    /// In order.
    public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
    /// From a loop.
    public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
    /// From an `if` without `else`.
    public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
    /// From an `if`.
    public static func buildEither(first part: [any Layer]) -> [any Layer] { part }
    /// From an `else`.
    public static func buildEither(second part: [any Layer]) -> [any Layer] { part }
}
