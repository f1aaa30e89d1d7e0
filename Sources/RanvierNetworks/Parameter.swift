import RanvierTensors
import Synchronization

/// A trainable (or merely stored) tensor of a layer, with a stable name.
///
/// A parameter may be seen through views: a mask, a quantiser. Layers compute with what is seen, ``tensor``; optimisers
/// change the numbers behind it, ``value``, which the views keep within what they allow: a masked weight stays exactly
/// zero whatever changes it.
public final class Parameter: Sendable {
    private struct State {
        var name = ""
        let shape: [Int]
        /// Nil until there are numbers: a network that is read takes no memory for shapes that its file does not fill.
        var numbers: Tensor?
        var tracked: Tensor?
        var views: [any ParameterView] = []
        var stored: Tensor {
            get { numbers ?? .zeros(shape) }
            set { numbers = newValue }
        }
    }

    /// Axes of the value.
    public let shape: [Int]
    /// Whether optimisers change it. Running statistics are stored but not trained.
    public let isTrainable: Bool
    /// Whether weight decay applies: to weights, not to biases and time constants.
    public let decays: Bool
    let initialization: Initialization
    private let state: Mutex<State>

    /// A parameter that gets its first value when the network is built.
    public init(
        shape: [Int], initialization: Initialization, isTrainable: Bool = true, decays: Bool = true
    ) {
        self.shape = shape
        self.initialization = initialization
        self.isTrainable = isTrainable
        self.decays = decays
        state = Mutex(State(shape: shape))
    }

    /// A parameter with a given first value, which building a network keeps.
    public convenience init(value: Tensor, isTrainable: Bool = true, decays: Bool = true) {
        self.init(
            shape: value.shape, initialization: .values(value.scalars), isTrainable: isTrainable,
            decays: decays)
        self.value = value.detached.dense
    }

    /// Name inside the network, for example `hidden.weights`; set when the network is built.
    public internal(set) var name: String {
        get { state.withLock { $0.name } }
        set { state.withLock { $0.name = newValue } }
    }

    /// The numbers that are stored; of `shape`. What views do not allow is brought to what they do when it is set.
    public var value: Tensor {
        get { state.withLock { $0.stored } }
        set {
            precondition(
                newValue.shape == shape, "\(name) has shape \(shape), not \(newValue.shape)")
            state.withLock { $0.stored = $0.views.reduce(newValue) { $1.projected($0) } }
        }
    }

    /// What layers compute with: inside a training step differentiable by the stored numbers, through all views.
    public var tensor: Tensor {
        let (numbers, views) = state.withLock { ($0.tracked ?? $0.stored, $0.views) }
        return views.reduce(numbers) { $1.seen($0) }
    }

    /// What layers compute with outside of training; whose zeros are connections that are not there.
    public var seen: Tensor {
        let (numbers, views) = state.withLock { ($0.stored, $0.views) }
        return views.isEmpty ? numbers : views.reduce(numbers) { $1.seen($0) }.detached
    }

    /// What the numbers are seen through, in order: the first is nearest to the stored numbers.
    ///
    /// Setting them sorts them by their ``ParameterView/rank`` and brings the numbers within what they allow.
    public var views: [any ParameterView] {
        get { state.withLock { $0.views } }
        set {
            let sorted = newValue.sorted { type(of: $0).rank < type(of: $1).rank }
            state.withLock {
                $0.views = sorted
                $0.stored = sorted.reduce($0.stored) { $1.projected($0) }
                precondition(
                    $0.stored.shape == shape,
                    "views of '\($0.name)' are for shape \($0.stored.shape), not \(shape)")
            }
        }
    }

    /// What gradients are asked for: the tracked numbers inside a training step, else the plain ones.
    package var variable: Tensor { state.withLock { $0.tracked ?? $0.stored } }

    /// Changes the numbers in place; see ``Tensor/mutateScalars(_:)``.
    package func mutateScalars(_ body: (FloatBuffer) -> Void) {
        state.withLock {
            if $0.numbers == nil { $0.numbers = .zeros(shape) }
            $0.numbers?.mutateScalars(body)
            if !$0.views.isEmpty { $0.stored = $0.views.reduce($0.stored) { $1.projected($0) } }
        }
    }

    /// A parameter of the same name, shape and options with zeros, which nothing sees: to try something out.
    package var shadow: Parameter {
        let shadow = Parameter(value: .zeros(shape), isTrainable: isTrainable, decays: decays)
        shadow.name = name
        return shadow
    }

    func initialize(from stream: RandomStream) {
        value = initialization.tensor(shape: shape, from: stream)
    }

    func track() {
        state.withLock { $0.tracked = $0.stored.tracked(as: $0.name) }
    }

    func release() { state.withLock { $0.tracked = nil } }
}
