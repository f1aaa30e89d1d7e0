import Foundation
import RanvierTensors

/// A layer of neurons that share the fused run of ``PopulationDynamics``.
public protocol PopulationLayer: Layer {
    /// The options of the neurons.
    var dynamics: PopulationDynamics { get }

    /// The numbers of the neurons for a time step, tracked where training changes them.
    func populationParameters(timeStep: Double) -> PopulationParameters

    /// What decays in the neurons, in a word, and how: `membrane`, `synaptic`.
    var leaks: [(what: String, leak: Leak)] { get }

    /// Potential of the membranes before the first step, below the threshold.
    var initialMembrane: Float { get }

    /// Membranes `[B, …]` before the first step of a current `[T, B, …]`; nil where all are 0.
    func firstMembrane(for current: Tensor) -> Tensor?

    /// Operations that spikes `[T, B, …]` cause inside the layer at the step after; nil without recurrence.
    func recurrentOperations(for spikes: Tensor) -> OperationCount?
}

extension PopulationLayer {
    /// None.
    public var leaks: [(what: String, leak: Leak)] { [] }

    /// 0.
    public var initialMembrane: Float { 0 }

    /// The same of all.
    public func firstMembrane(for current: Tensor) -> Tensor? {
        initialMembrane.firstState(for: current)
    }

    /// Time constants far below the step, and a refractory period that outlasts the sequence.
    public func doubts(timeStep: Double, steps: Int) -> [String] {
        leaks.flatMap { $0.leak.doubts($0.what, timeStep: timeStep) }
            + dynamics.doubts(steps: steps)
            + dynamics.inputScale.doubts(
                leak: Double(populationParameters(timeStep: timeStep).leak.scalars[0]))
    }

    /// None.
    public func recurrentOperations(for spikes: Tensor) -> OperationCount? { nil }

    /// Any shape, unchanged.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

    /// True.
    public var canBeLocalInTime: Bool { true }

    /// Spikes.
    public func signal(for input: Signal) -> Signal { Signal(.spikes) }

    /// Membranes, and what else the neurons remember: currents, adaptation, time to wait, last spikes.
    public func stateCount(for input: [Int]) -> Int {
        let numbers = populationParameters(timeStep: 1e-3)
        let others = [
            numbers.synapticLeak != nil, numbers.adaptation != nil, dynamics.refractorySteps > 0,
            numbers.coupling != nil || numbers.recurrence != nil || dynamics.reset == .softDelayed,
        ]
        return input.elementCount * (1 + others.count { $0 })
    }

    /// The whole sequence.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        run(input, state: nil, in: context).output
    }

    /// A part of a sequence; the state holds membranes, last spikes and whatever else the neurons remember.
    public func run(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        var parameters = populationParameters(timeStep: context.timeStep)
        if sharesWeightStep { parameters.membraneStep = context.weightStep }
        let response = dynamics.run(
            input, parameters,
            state: state.map { PopulationState($0, parameters, dynamics) }
                ?? firstState(for: input, parameters),
            keepsMembrane: context.inspector != nil, isLocalInTime: context.isLocalInTime)
        if context.observer != nil {
            let last = state?["spikes"]
            observeRecurrence(of: last?.reshaped(to: [1] + input.shape.dropFirst()), in: context)
            let heard = input.shape[0] - 1
            if heard > 0 {
                observeRecurrence(of: response.spikes.slice(0..<heard), in: context)
            }
            context.observe(.spikes(response.spikes.detached))
        }
        context.inspect(
            .membranes(
                MembraneRecord(
                    response, dynamics, parameters, adaptation: state?["adaptation"])))
        if let recurrence = parameters.recurrence {
            context.inspect(
                .recurrentInput(
                    SynapseRecord(
                        Self.heard(of: response.spikes.detached, before: state?["spikes"]),
                        fanOut: Self.fanOut(of: recurrence), places: recurrence.count)))
        }
        return (response.spikes, response.state.named)
    }

    /// The spikes of the step before each, `[T, B, N]`.
    private static func heard(of spikes: Tensor, before last: Tensor?) -> Tensor {
        let first = last?.detached.dense ?? .zeros(Array(spikes.shape.dropFirst()))
        let heard = Tensor.concatenate(
            [first.reshaped(to: [1] + first.shape)]
                + (spikes.shape[0] > 1 ? [spikes.slice(0..<spikes.shape[0] - 1).dense] : []))
        return heard.rank > 3 ? heard.flattened(from: 2) : heard
    }

    /// Weights `[N, N]` of each neuron that are not zero.
    private static func fanOut(of recurrence: Tensor) -> [Int] {
        let weights = recurrence.detached.scalars, width = recurrence.shape[1]
        return (0..<recurrence.shape[0]).map { row in
            weights[row * width..<(row + 1) * width].count { $0 != 0 }
        }
    }

    /// One step.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let response = run(input.reshaped(to: [1] + input.shape), state: state, in: context)
        return (response.output.step(at: 0), response.state)
    }

    /// The state before the first step; nil where all of it is 0.
    package func firstState(
        for input: Tensor, _ parameters: PopulationParameters
    ) -> PopulationState? {
        guard let membrane = firstMembrane(for: input) else { return nil }
        let rest = Tensor.zeros(membrane.shape)
        var state = PopulationState(membrane: membrane, last: rest)
        if parameters.synapticLeak != nil { state.synapse = rest }
        if parameters.adaptation != nil { state.adaptation = rest }
        if dynamics.refractorySteps > 0 { state.waiting = rest }
        return state
    }

    private func observeRecurrence(of spikes: Tensor?, in context: ForwardContext) {
        guard let spikes, let count = recurrentOperations(for: spikes.detached) else { return }
        context.observe(.operations(count))
    }
}

extension PopulationState {
    /// The state under the names `membrane`, `spikes`, `synapse`, `adaptation` and `waiting`.
    var named: LayerState {
        var state = LayerState(["membrane": membrane, "spikes": last])
        state["synapse"] = synapse
        state["adaptation"] = adaptation
        state["waiting"] = waiting
        return state
    }

    init(_ state: LayerState, _ parameters: PopulationParameters, _ dynamics: PopulationDynamics) {
        func tensor(_ name: String) -> Tensor {
            guard let tensor = state[name] else {
                preconditionFailure(
                    "a state of \(state.tensors.keys.sorted()) has no '\(name)' of this layer")
            }
            return tensor
        }
        self.init(membrane: tensor("membrane"), last: tensor("spikes"))
        if parameters.synapticLeak != nil { synapse = tensor("synapse") }
        if parameters.adaptation != nil { adaptation = tensor("adaptation") }
        if dynamics.refractorySteps > 0 { waiting = tensor("waiting") }
    }
}

/// A leak factor that may be trained as `sigmoid(a)`.
struct LeakParameter: Sendable {
    private let leak: Leak
    let logit: Parameter?

    /// - Parameters:
    ///   - channels: one leak per channel; nil for one in all.
    ///   - timeStep: to start from a time constant.
    init(_ leak: Leak, learns: Bool, channels: Int? = nil, timeStep: Double = 1e-3) {
        self.leak = leak
        guard learns else {
            logit = nil
            return
        }
        let factor = min(max(leak.factor(timeStep: timeStep), 1e-4), 1 - 1e-4)
        logit = Parameter(
            shape: channels.map { [$0] } ?? [],
            initialization: .constant(Float(log(factor / (1 - factor)))), decays: false)
    }

    func factor(timeStep: Double) -> Tensor {
        logit?.tensor.sigmoid() ?? Tensor(Float(leak.factor(timeStep: timeStep)))
    }

    func named(_ name: String) -> [(name: String, parameter: Parameter)] {
        logit.map { [(name, $0)] } ?? []
    }
}
