import RanvierTensors

/// A trainable (or merely stored) tensor of a layer, with a stable name.
public final class Parameter {
    /// Name inside the network, for example `hidden.weights`; set when the network is built.
    public internal(set) var name = ""
    /// Axes of the value.
    public let shape: [Int]
    /// The present value; of `shape`.
    public var value: Tensor {
        get { stored }
        set {
            precondition(
                newValue.shape == shape, "\(name) has shape \(shape), not \(newValue.shape)")
            stored = newValue
        }
    }
    private var stored: Tensor
    /// Whether optimisers change it. Running statistics are stored but not trained.
    public let isTrainable: Bool
    /// Whether weight decay applies: to weights, not to biases and time constants.
    public let decays: Bool
    let initialization: Initialization
    private var tracked: Tensor?

    /// A parameter that gets its first value when the network is built.
    public init(
        shape: [Int], initialization: Initialization, isTrainable: Bool = true, decays: Bool = true
    ) {
        self.shape = shape
        self.initialization = initialization
        self.isTrainable = isTrainable
        self.decays = decays
        stored = .zeros(shape)
    }

    /// A parameter with a given first value, which building a network keeps.
    public convenience init(value: Tensor, isTrainable: Bool = true, decays: Bool = true) {
        self.init(
            shape: value.shape, initialization: .values(value.scalars), isTrainable: isTrainable,
            decays: decays)
        self.value = value.detached.dense
    }

    /// What layers compute with: the tracked value inside a training step, else the plain value.
    public var tensor: Tensor { tracked ?? value }

    /// Changes the numbers in place; see ``Tensor/mutateScalars(_:)``.
    package func mutateScalars(_ body: (FloatBuffer) -> Void) { stored.mutateScalars(body) }

    func initialize(from stream: RandomStream) {
        value = initialization.tensor(shape: shape, from: stream)
    }

    func track() {
        tracked = value.tracked(as: name)
    }

    func release() { tracked = nil }
}
