import RanvierConfiguration
import RanvierTensors

/// A neuron that can be said: named in a configuration, stored, and made again from its description.
///
///     registry.add(LayerKind(neuron: Izhikevich.self))
public protocol DescribedNeuron: Neuron {
    /// All that can be chosen.
    associatedtype Options: Configurable

    /// Word for the neurons in configurations and stored networks.
    static var kind: String { get }

    /// The options, with nothing left out.
    var options: Options { get }

    /// A neuron for features of a place.
    init(_ options: Options, at site: LayerSite)
}

/// A layer of neurons that can be said.
public struct DescribedNeurons<Model: DescribedNeuron>: DescribedLayer {
    /// That of the neuron.
    public static var kind: String { Model.kind }
    private let neurons: Neurons<Model>

    /// A layer of the given neurons.
    public init(_ model: Model) { neurons = Neurons(model) }

    /// A layer of neurons as described.
    public init(_ options: Model.Options, at site: LayerSite) {
        neurons = Neurons(Model(options, at: site))
    }

    /// The neuron.
    public var model: Model { neurons.model }
    /// Those of the neuron.
    public var options: Model.Options { neurons.model.options }
    /// Those of the neuron.
    public var parameters: [(name: String, parameter: Parameter)] { neurons.parameters }

    /// Any shape, unchanged.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

    /// True.
    public var canBeLocalInTime: Bool { true }

    /// Spikes.
    public func signal(for input: Signal) -> Signal { Signal(.spikes) }
    /// All states of all neurons.
    public func stateCount(for input: [Int]) -> Int { neurons.stateCount(for: input) }

    /// Runs over the steps of a sequence.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        neurons(input, in: context)
    }

    /// Runs over the steps of a part of a sequence.
    public func run(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        neurons.run(input, state: state, in: context)
    }

    /// One step.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        neurons.step(input, state: state, in: context)
    }
}
