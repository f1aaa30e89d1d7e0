import RanvierConfiguration
import RanvierTensors

/// Integrate-and-fire neurons with synaptic current, adaptive threshold, refractory period and recurrence,
/// over a whole sequence, forward and backward, in one fused operation.
///
///     i[t] = α i[t−1] + I[t] + w s[t−1] + R s[t−1]      current; α, w and R as far as there are any
///     u[t] = K(β v[t−1]) + i[t]                         charge (or (1 − β) i[t]); K where membranes have levels
///     s[t] = Θ(u[t] − θ − b a[t−1])                     fire, unless refractory
///     v[t] = u[t] − θ s[t]                              soft reset (or hard, or delayed)
///     a[t] = ρ a[t−1] + s[t]                            adaptation
///
/// For `refractorySteps` steps after a spike the membrane is held, its input is lost and no spike comes;
/// currents and adaptation go on. Backward, with `ĝ = ∂L/∂s`, and `gv`, `gi`, `ga`, `gs⁺` the gradients
/// that come from the next step:
///
///     gs = ĝ + ga + gs⁺ + (attached: −θ gv, or gv (vr − u));   m = gs σ′;   gu = gv (…) + m
///     ∂L/∂I = gi = gu + α gi⁺;   gv ← β gu;   ga ← ρ ga − b m;   gs⁺ ← w gi + R gi
///
/// Sources: adaptive threshold after Bellec et al. 2018 and 2020 (the reset subtracts θ); synaptic current as
/// in Neftci, Mostafa & Zenke 2019.
public struct PopulationDynamics: Hashable, Sendable {
    /// What happens after a spike.
    public var reset = Reset.soft
    /// Whether the spike inside the reset counts as a constant in the backward pass.
    public var detachesReset = true
    /// The weight of the input.
    public var inputScale = InputScale.unit
    /// What a membrane exactly at the threshold does.
    public var tie = TieRule.fires
    /// The derivative of a spike in the backward pass.
    public var surrogate = Surrogate.arctangent
    /// Steps after a spike in which a neuron cannot fire.
    public var refractorySteps = 0
    /// Levels on which membranes are kept; nil for as they are.
    public var membrane: MembraneLevels?

    /// Soft reset, detached, arctangent surrogate, no refractory period.
    public init(
        reset: Reset = .soft, detachesReset: Bool = true, inputScale: InputScale = .unit,
        tie: TieRule = .fires, surrogate: Surrogate = .arctangent, refractorySteps: Int = 0,
        membrane: MembraneLevels? = nil
    ) {
        precondition(refractorySteps >= 0, "a refractory period cannot be negative")
        self.reset = reset
        self.detachesReset = detachesReset
        self.inputScale = inputScale
        self.tie = tie
        self.surrogate = surrogate
        self.refractorySteps = refractorySteps
        self.membrane = membrane
    }

    /// What a run over a sequence gives.
    public struct Response: Sendable {
        /// `[T, B, …]`, stored at one bit per element.
        public var spikes: Tensor
        /// Membrane before the reset, `[T, B, …]`; nil where it was not asked for.
        public var membrane: Tensor?
        /// State after the last step, to go on from.
        public var state: PopulationState
    }

    /// Runs the neurons over a sequence.
    ///
    /// - Parameters:
    ///   - current: input, `[T, B, …, C]`.
    ///   - parameters: the numbers of the population.
    ///   - state: state before the first step; nil for rest.
    ///   - keepsMembrane: whether the membrane is returned.
    ///   - isLocalInTime: whether errors stay at their step on the way back.
    /// - Returns: spikes, membrane and state, all differentiable.
    public func run(
        _ current: Tensor, _ parameters: PopulationParameters, state: PopulationState? = nil,
        keepsMembrane: Bool = false, isLocalInTime: Bool = false
    ) -> Response {
        precondition(current.rank >= 3, "a sequence has axes [T, B, …, C], not \(current.shape)")
        let inputs = [current] + parameters.all + (state?.all ?? [])
        let isTracked = inputs.contains(where: \.isTracked)
        let run = PopulationRun(
            dynamics: self, current: current.detached, parameters: parameters, initial: state,
            keepsMembrane: keepsMembrane || isTracked, isTracked: isTracked,
            isLocalInTime: isLocalInTime)
        let final = run.finalState
        var values = [run.spikes] + final.all
        if let membrane = run.membrane { values.append(membrane) }
        let stateCount = final.all.count
        let results = Tape.record(values, inputs: inputs) { gradients in
            run.pullback(
                spikes: gradients[0], state: Array(gradients[1...stateCount]),
                membrane: gradients.count > stateCount + 1 ? gradients[stateCount + 1] : nil)
        }
        var rest = results[1...stateCount].makeIterator()
        var next = PopulationState(
            membrane: rest.next() ?? final.membrane, last: rest.next() ?? final.last)
        if final.synapse != nil { next.synapse = rest.next() }
        if final.adaptation != nil { next.adaptation = rest.next() }
        if final.waiting != nil { next.waiting = rest.next() }
        return Response(
            spikes: results[0],
            membrane: keepsMembrane && run.membrane != nil ? results[stateCount + 1] : nil,
            state: next)
    }
}

extension PopulationDynamics: Configurable {
    /// Soft reset, detached, arctangent surrogate, no refractory period.
    public init() { self.init(reset: .soft) }

    /// The keys of neurons with these dynamics.
    public static let schema = Schema<PopulationDynamics> {
        Field.reset(\.reset)
        Field.boolean("detach-reset", \.detachesReset)
        Field.choice("input-scale", \.inputScale)
        Field.choice("tie", \.tie)
        Field.element("surrogate", \.surrogate, of: SurrogateRole.self)
        Field.integer("refractory-steps", \.refractorySteps, in: 0...)
        Field.membrane(\.membrane)
    }
}
