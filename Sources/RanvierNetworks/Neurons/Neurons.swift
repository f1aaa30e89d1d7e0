import RanvierTensors

/// A layer of neurons written in plain operations, run step by step.
public struct Neurons<Model: Neuron>: Layer {
    /// `neurons`.
    public static var kind: String { "neurons" }
    /// The neuron.
    public let model: Model

    /// A layer of the given neurons.
    public init(_ model: Model) { self.model = model }

    /// Those of the neuron.
    public var parameters: [(name: String, parameter: Parameter)] { model.parameters }

    /// Any shape, unchanged.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

    /// True.
    public var canBeLocalInTime: Bool { true }

    /// Spikes.
    public func signal(for input: Signal) -> Signal { Signal(.spikes) }

    /// All states of all neurons.
    public func stateCount(for input: [Int]) -> Int { input.elementCount * Model.states.count }

    /// Runs over the steps of a sequence.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        run(input, state: nil, in: context).output
    }

    /// Runs over the steps of a part of a sequence.
    public func run(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        var state = state ?? start(Array(input.shape.dropFirst()))
        var spikes: [Tensor] = []
        for t in 0..<input.shape[0] {
            if context.isLocalInTime { state = state.detached }
            let response = model.step(input.step(at: t), state, timeStep: context.timeStep)
            spikes.append(response.spikes)
            state = response.state
        }
        return (reported(Tensor.stack(spikes), in: context), state)
    }

    /// One step.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let response = model.step(
            input, before(state, in: context) ?? start(input.shape), timeStep: context.timeStep)
        let spikes = reported(
            response.spikes.reshaped(to: [1] + response.spikes.shape), in: context)
        return (spikes.step(at: 0), response.state)
    }

    private func before(_ state: LayerState?, in context: ForwardContext) -> LayerState? {
        context.isLocalInTime ? state?.detached : state
    }

    private func start(_ shape: [Int]) -> LayerState {
        LayerState(Dictionary(uniqueKeysWithValues: Model.states.map { ($0, .zeros(shape)) }))
    }

    /// Spikes of zeros and ones are stored as bits, so that the layer behind knows that spikes drive it.
    private func reported(_ spikes: Tensor, in context: ForwardContext) -> Tensor {
        let output = !spikes.isTracked && spikes.isBinary ? spikes.packedAsSpikes : spikes
        context.observe(.spikes(output.detached))
        return output
    }
}
