import RanvierTensors

/// A layer of leaky neurons that are written in plain operations.
protocol PlainNeurons: SpikingUnits {
    associatedtype Model: MembraneNeuron
    /// How the membrane decays.
    var leak: Leak { get }
    /// The neurons, whose membrane keeps a share of itself from one step to the next.
    func model(keeping factor: Float) -> Model
}

extension PlainNeurons {
    private func neurons(_ context: ForwardContext) -> Neurons<Model> {
        Neurons(model(keeping: Float(leak.factor(timeStep: context.timeStep))))
    }

    /// Any shape, unchanged.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

    /// True.
    public var canBeLocalInTime: Bool { true }

    /// Spikes.
    public func signal(for input: Signal) -> Signal { Signal(.spikes) }

    /// A time constant far below the step.
    public func doubts(timeStep: Double, steps: Int) -> [String] {
        leak.doubts("membrane", timeStep: timeStep)
    }

    /// One membrane per neuron.
    public func stateCount(for input: [Int]) -> Int { input.elementCount }

    /// The whole sequence.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        neurons(context)(input, in: context)
    }

    /// One step.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        neurons(context).step(input, state: state, in: context)
    }
}
