import RanvierConfiguration
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
        /// Nil until the first number is asked for: a network looks at all sizes before memory is taken for any.
        var numbers: Tensor?
        var tracked: Tensor?
        var views: [any ParameterView] = []
        /// What the mask, the first of the views, leaves; nil where there is none.
        var mask: Mask?
        /// Changes of numbers and views so far.
        var changes = 0
        /// What was seen last outside of training, and after which changes, those of the views' own numbers included.
        var lastSeen: (tensor: Tensor, changes: [Int])?
        var stored: Tensor {
            mutating get {
                if let numbers { return numbers }
                let zeros = Tensor.zeros(shape)
                numbers = zeros
                return zeros
            }
            set {
                numbers = newValue
                changes += 1
            }
        }
    }

    /// Axes of the value.
    public let shape: [Int]
    /// Whether weight decay applies: to weights, not to biases and time constants.
    public let decays: Bool
    /// Whether its numbers are connections that may be taken away: weights with more than one axis, and neither biases,
    /// normalisation, thresholds, delays nor what views bring along.
    public let isPrunable: Bool
    private let trains: Bool
    package let initialization: Initialization
    private let state: Mutex<State>

    /// A parameter that gets its first value when the network is built; until then it holds no numbers.
    ///
    /// - Parameter isPrunable: whether its numbers are connections; left out: where they decay and have more than one axis.
    public init(
        shape: [Int], initialization: Initialization, isTrainable: Bool = true, decays: Bool = true,
        isPrunable: Bool? = nil
    ) {
        self.shape = shape
        self.initialization = initialization
        trains = isTrainable
        self.decays = decays
        self.isPrunable = isPrunable ?? (decays && shape.count > 1)
        state = Mutex(State(shape: shape))
    }

    /// A parameter with a given first value, which building a network keeps.
    public convenience init(
        value: Tensor, isTrainable: Bool = true, decays: Bool = true, isPrunable: Bool? = nil
    ) {
        self.init(
            shape: value.shape, initialization: .values(value.scalars), isTrainable: isTrainable,
            decays: decays, isPrunable: isPrunable)
        self.value = value.detached.dense
    }

    /// Name inside the network, for example `hidden.weights`; set when the network is built.
    public package(set) var name: String {
        get { state.withLock { $0.name } }
        set {
            state.withLock {
                $0.name = newValue
                Self.nameParameters(of: $0.views, behind: newValue)
            }
        }
    }

    /// Whether optimisers change it. Running statistics are stored but not trained; neither are numbers under a view that
    /// keeps them as they are, see ``ParameterView/trainsStored``.
    public var isTrainable: Bool {
        trains && state.withLock { $0.views.allSatisfy(\.trainsStored) }
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
        let (numbers, views, isTracked) = state.withLock { state in
            (state.tracked ?? state.stored, state.views, state.tracked != nil)
        }
        guard !views.isEmpty else { return numbers }
        return isTracked || views.flatMap(\.parameters).contains { $0.parameter.variable.isTracked }
            ? Self.look(at: numbers, through: views) : seen
    }

    /// What layers compute with outside of training; whose zeros are connections that are not there.
    public var seen: Tensor {
        let (numbers, views, changes, last) = state.withLock {
            ($0.stored, $0.views, $0.changes, $0.lastSeen)
        }
        guard !views.isEmpty else { return numbers }
        guard views.allSatisfy(\.seesNumbersAlone) else {
            return Self.look(at: numbers, through: views).detached
        }
        let all = [changes] + views.flatMap(\.parameters).map(\.parameter.changes)
        if let last, last.changes == all { return last.tensor }
        let seen = Self.look(at: numbers, through: views).detached
        // A mask alone shows the stored numbers; to hold them would make each update a copy.
        if views.contains(where: { !($0 is Mask) }) {
            state.withLock { $0.lastSeen = (seen, all) }
        }
        return seen
    }

    /// What a mask leaves of the numbers that are seen; nil where there is none.
    package var living: LivingWeights? { state.withLock { $0.mask }?.living }

    private var changes: Int { state.withLock { $0.changes } }

    private static func look(at numbers: Tensor, through views: [any ParameterView]) -> Tensor {
        guard let first = views.first else { return numbers }
        // Stored numbers are within what the first view allows already.
        var seen = first.seenProjected(numbers)
        guard views.count > 1 else { return seen }
        var alive = first.connections(of: nil)
        for view in views.dropFirst() {
            seen = view.seen(seen, alive: alive)
            alive = view.connections(of: alive)
        }
        return seen
    }

    /// What the numbers are seen through, in order: the first is nearest to the stored numbers.
    ///
    /// Setting them sorts them by their ``ParameterView/rank`` and brings the numbers within what they allow. Numbers of the
    /// views' own get their names from this parameter; such a view belongs to one parameter.
    public var views: [any ParameterView] {
        get { state.withLock { $0.views } }
        set {
            let sorted = newValue.sorted { type(of: $0).rank < type(of: $1).rank }
            for case let mask as Mask in sorted {
                precondition(
                    mask.alive.shape == shape,
                    "the mask of '\(name)' is for shape \(mask.alive.shape), not \(shape)")
            }
            state.withLock {
                for (_, parameter) in $0.views.flatMap(\.parameters) { parameter.name = "" }
                $0.views = sorted
                $0.mask = sorted.first as? Mask
                $0.lastSeen = nil
                Self.nameParameters(of: sorted, behind: $0.name)
                $0.stored = sorted.reduce($0.stored) { $1.projected($0) }
                precondition(
                    $0.stored.shape == shape,
                    "views of '\($0.name)' are for shape \($0.stored.shape), not \(shape)")
            }
        }
    }

    /// The parameter, and the numbers that its views bring along.
    package var withViews: [Parameter] {
        [self] + views.flatMap { $0.parameters.map(\.parameter) }
    }

    /// `hidden.weights.learned-step.step`.
    private static func nameParameters(of views: [any ParameterView], behind name: String) {
        guard !name.isEmpty else { return }
        for view in views {
            for (own, parameter) in view.parameters {
                let full = "\(name).\(type(of: view).kind).\(own)"
                precondition(
                    parameter.name.isEmpty || parameter.name == full,
                    "the view that '\(parameter.name)' belongs to cannot be one of '\(name)', too")
                parameter.name = full
            }
        }
    }

    /// What gradients are asked for: the tracked numbers inside a training step, else the plain ones.
    package var variable: Tensor { state.withLock { $0.tracked ?? $0.stored } }

    /// Changes the numbers in place; see ``Tensor/mutateScalars(_:)``.
    package func mutateScalars(_ body: (FloatBuffer) -> Void) {
        state.withLock {
            if $0.numbers == nil { $0.numbers = .zeros(shape) }
            $0.changes += 1
            $0.lastSeen = nil
            let mask = $0.mask
            $0.numbers?.mutateScalars {
                body($0)
                mask?.living.clear($0)
            }
            let others = mask == nil ? $0.views[...] : $0.views.dropFirst()
            if !others.isEmpty { $0.stored = others.reduce($0.stored) { $1.projected($0) } }
        }
    }

    /// Changes the numbers in place, part by part and side by side; a mask clears each part while it is in the cache.
    ///
    /// - Parameter body: changes the numbers of a range alone.
    package func mutateScalars(
        grain: Int, _ body: @Sendable (FloatBuffer, Range<Int>) -> Void
    ) {
        state.withLock {
            if $0.numbers == nil { $0.numbers = .zeros(shape) }
            $0.changes += 1
            $0.lastSeen = nil
            let living = $0.mask?.living
            $0.numbers?.mutateScalars { numbers in
                Parallel.forEachRange(of: numbers.count, grain: grain) { range in
                    body(numbers, range)
                    living?.clear(numbers, from: range.lowerBound, count: range.count)
                }
            }
            let others = living == nil ? $0.views[...] : $0.views.dropFirst()
            if !others.isEmpty { $0.stored = others.reduce($0.stored) { $1.projected($0) } }
        }
    }

    /// Bytes of its numbers.
    var bytes: Double { MemoryNeed.bytes(of: shape) }

    /// A parameter of the same name, shape and options with zeros, which nothing sees: to try something out.
    package var shadow: Parameter {
        let shadow = Parameter(value: .zeros(shape), isTrainable: isTrainable, decays: decays)
        shadow.name = name
        return shadow
    }

    func initialize(from stream: RandomStream) {
        value = initialization.tensor(shape: shape, from: stream)
    }

    /// Lets gradients be asked for by the numbers.
    package func track() {
        state.withLock { $0.tracked = $0.stored.tracked(as: $0.name) }
    }

    /// Ends what ``track()`` began.
    package func release() { state.withLock { $0.tracked = nil } }
}
