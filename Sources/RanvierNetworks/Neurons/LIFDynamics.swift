import CRanvierKernels
import RanvierConfiguration
import RanvierTensors

/// What happens to a membrane after a spike.
public enum Reset: Sendable, Hashable {
    /// `v = vr` where a spike was.
    case hard(to: Float)
    /// `v = u − θ s`: the excess over the threshold is kept.
    case soft
    /// `u[t] = τ v[t−1] + I[t] − θ s[t−1]`, `v = u`: subtracted one step later and not leaked.
    case softDelayed

    /// Hard reset to 0.
    public static let hard = Reset.hard(to: 0)
}

/// What a membrane without input decays to.
public enum LeakTarget: String, Sendable, Hashable, CaseIterable {
    /// `u = τ v + I`
    case zero
    /// `u = τ v + (1 − τ) vr + I`
    case reset
}

/// The weight with which the input enters.
public enum InputScale: String, Sendable, Hashable, CaseIterable {
    /// `I` enters with weight 1.
    case unit
    /// `I` enters with weight 1 − τ, as in a discretised differential equation.
    case oneMinusLeak
}

/// Leaky integrate-and-fire over a whole sequence, forward and backward, in one fused operation.
///
///     u[t] = τ v[t−1] + I[t]              charge
///     s[t] = Θ(u[t] − θ)                  fire
///     v[t] = u[t] (1 − s[t]) + vr s[t]    hard reset
///     v[t] = u[t] − θ s[t]                soft reset
///
/// Backward in time, with `ĝ = ∂L/∂s[t]`, `gv = ∂L/∂v[t]` and the surrogate σ′:
///
///     gs = ĝ + gv (vr − u)   or   ĝ − θ gv        (the second term only if the reset is attached)
///     gu = gv (1 − s) + gs σ′   or   gv + gs σ′
///     ∂L/∂I[t] = gu,   gv ← τ gu
///
/// One bit is kept per neuron and step, and the input, from which the backward pass repeats the
/// membrane in the cache, 64 steps at a time.
public struct LIFDynamics: Hashable, Sendable {
    /// What happens after a spike.
    public var reset = Reset.soft
    /// Whether the spike inside the reset counts as a constant in the backward pass, which avoids
    /// negative loops through the reset.
    public var detachesReset = true
    /// What the leak pulls to.
    public var leakTarget = LeakTarget.zero
    /// The weight of the input.
    public var inputScale = InputScale.unit
    /// What a membrane exactly at the threshold does.
    public var tie = TieRule.fires
    /// The derivative of a spike in the backward pass.
    public var surrogate = Surrogate.arctangent
    /// Levels on which membranes are kept; nil for as they are.
    public var membrane: MembraneLevels?

    /// Soft reset, detached, arctangent surrogate.
    public init(
        reset: Reset = .soft, detachesReset: Bool = true, leakTarget: LeakTarget = .zero,
        inputScale: InputScale = .unit, tie: TieRule = .fires, surrogate: Surrogate = .arctangent,
        membrane: MembraneLevels? = nil
    ) {
        self.reset = reset
        self.detachesReset = detachesReset
        self.leakTarget = leakTarget
        self.inputScale = inputScale
        self.tie = tie
        self.surrogate = surrogate
        self.membrane = membrane
    }

    /// What a run over a sequence gives.
    public struct Response: Sendable {
        /// `[T, B, …]`, stored at one bit per element.
        public var spikes: Tensor
        /// Membrane before the reset, `[T, B, …]`; nil where it was not asked for.
        public var membrane: Tensor?
        /// Membrane after the last step, `[B, …]`, to go on from.
        public var state: Tensor
    }

    /// Runs the neurons over a sequence.
    ///
    /// - Parameters:
    ///   - current: input, `[T, B, …]`; a sequence constant in time is read once per step from the cache
    ///     and receives its gradient summed over time.
    ///   - leak: the factor τ in 0…1, a single number; may be tracked.
    ///   - threshold: θ, a single number, or one per channel of the last axis; may be tracked.
    ///   - state: membrane before the first step, `[B, …]`; nil for 0.
    ///   - keepsMembrane: whether the membrane is returned; the backward pass works it out
    ///     again and does not need it.
    ///   - membraneStep: the step of the weights, for ``membrane`` that shares it; may be tracked.
    ///   - isLocalInTime: whether errors stay at their step on the way back: `∂L/∂I[t] = ĝ[t] σ′`, and the leak's gradient has
    ///     the last step of its past alone.
    /// - Returns: spikes, membrane and the state to go on from, all differentiable.
    public func run(
        _ current: Tensor, leak: Tensor, threshold: Tensor, state: Tensor? = nil,
        keepsMembrane: Bool = false, membraneStep: Tensor? = nil, isLocalInTime: Bool = false
    ) -> Response {
        precondition(current.rank >= 2, "a sequence has axes [T, B, …], not \(current.shape)")
        if threshold.rank > 0 || membrane != nil {
            return runAsPopulation(
                current, leak: leak, threshold: threshold, state: state,
                keepsMembrane: keepsMembrane, membraneStep: membraneStep,
                isLocalInTime: isLocalInTime)
        }
        let inputs = [current, leak, threshold] + (state.map { [$0] } ?? [])
        let isTracked = inputs.contains(where: \.isTracked)
        let wantsParameters = leak.isTracked || threshold.isTracked
        let run = LIFRun(
            dynamics: self, current: current.detached, leak: leak.detached.scalar,
            threshold: threshold.detached.scalar, initial: state, isTracked: isTracked,
            wantsParameters: wantsParameters, keepsMembrane: keepsMembrane,
            isLocalInTime: isLocalInTime)
        var values = [run.spikes, run.finalState]
        if let membrane = run.membrane { values.append(membrane) }
        let results = Tape.record(values, inputs: inputs) { gradients in
            run.pullback(
                spikes: gradients[0], state: gradients[1],
                membrane: gradients.count > 2 ? gradients[2] : nil,
                wantsParameters: wantsParameters)
        }
        return Response(
            spikes: results[0], membrane: keepsMembrane && results.count > 2 ? results[2] : nil,
            state: results[1])
    }

    /// By the kernel of populations, which knows thresholds per channel and levels of membranes.
    private func runAsPopulation(
        _ current: Tensor, leak: Tensor, threshold: Tensor, state: Tensor?, keepsMembrane: Bool,
        membraneStep: Tensor?, isLocalInTime: Bool
    ) -> Response {
        var numbers = PopulationParameters(leak: leak, threshold: threshold)
        if membrane?.sharesStep == true { numbers.membraneStep = membraneStep }
        if leakTarget == .reset, case .hard(let potential) = reset {
            numbers.leakTarget = potential
        }
        let initial = state.map { membrane in
            // Only a delayed reset asks for the last spikes; they follow from the membrane.
            let theta = threshold.detached, v = membrane.detached
            return PopulationState(
                membrane: membrane,
                last: tie == .fires ? v.isGreaterOrEqual(to: theta) : v.isGreater(than: theta))
        }
        let response = PopulationDynamics(
            reset: reset, detachesReset: detachesReset, inputScale: inputScale, tie: tie,
            surrogate: surrogate, membrane: membrane
        ).run(
            current, numbers, state: initial, keepsMembrane: keepsMembrane,
            isLocalInTime: isLocalInTime)
        return Response(
            spikes: response.spikes, membrane: response.membrane, state: response.state.membrane)
    }
}

extension LIFDynamics: Configurable {
    /// Soft reset, detached, arctangent surrogate.
    public init() { self.init(reset: .soft) }

    /// The keys of neurons with these dynamics.
    public static let schema = Schema<LIFDynamics> {
        Field.reset(\.reset)
        Field.boolean("detach-reset", \.detachesReset)
        Field.choice("input-scale", \.inputScale)
        Field.choice("tie", \.tie)
        Field.element("surrogate", \.surrogate, of: SurrogateRole.self)
        Field.choice("leak-target", \.leakTarget)
        Field.refusing("leak-target") {
            $0.leakTarget == .reset && !$0.reset.isHard
        } because: {
            "'reset' has no effect with reset '\($0.reset.word)', which has no potential to leak to; "
                + "use reset: hard, or leave the key out"
        } settle: {
            $0.leakTarget = .zero
        }
        Field.membrane(\.membrane)
    }

    /// Of deep architectures: hard reset that is not detached, dspike. Source: Li et al. 2023.
    static let deep = LIFDynamics(reset: .hard, detachesReset: false, surrogate: .dspike)
}

extension PopulationDynamics {
    /// Of deep architectures, as ``LIFDynamics/deep``.
    static let deep = PopulationDynamics(
        reset: .hard, detachesReset: false, surrogate: .dspike)
}

private enum ResetWord: String, CaseIterable {
    case soft
    case softDelayed = "soft-delayed"
    case hard
}

extension Field {
    /// What happens to a membrane after a spike: `reset` and `reset-potential`.
    static func reset(_ place: Place<Value, Reset>) -> Field {
        Field { section, value throws(ConfigurationError) in
            let standard = value[keyPath: place]
            let usual = ResetWord(rawValue: standard.word)
            let word = try section.choice("reset", default: usual)
            let isHard = word == .hard
            let potential = try section.float(
                "reset-potential", default: isHard ? standard.potential.inShortest : 0)
            guard isHard || potential == 0 else {
                throw section.invalid(
                    "reset-potential",
                    "has no effect with reset '\(word.rawValue)': only a hard reset sets membranes "
                        + "to a potential, and only then can they leak towards it; use reset: hard, "
                        + "or leave the key out")
            }
            switch word {
            case .hard: value[keyPath: place] = .hard(to: Float(potential))
            case .softDelayed: value[keyPath: place] = .softDelayed
            case .soft: value[keyPath: place] = .soft
            }
        } write: {
            let reset = $0[keyPath: place]
            return [
                .init("reset", .string(reset.word)),
                .init("reset-potential", .float(reset.potential.inShortest)),
            ]
        } vary: { value, random in
            let resets: [Reset] = [.soft, .softDelayed, .hard, .hard(to: -0.25)]
            value[keyPath: place] = resets.randomElement(using: &random) ?? .soft
        }
    }
}

extension Field {
    /// A hard reset must end below the threshold, or a neuron would fire at every step after its first spike.
    static func resetBelowThreshold(
        _ reset: Place<Value, Reset>, _ threshold: Place<Value, Float>
    ) -> Field {
        .refusing("reset-potential", "threshold") {
            $0[keyPath: reset].isHard && $0[keyPath: reset].potential >= $0[keyPath: threshold]
        } because: {
            "a reset to \($0[keyPath: reset].potential) is not below the threshold of "
                + "\($0[keyPath: threshold]): no spike would end; take a lower reset-potential"
        } settle: {
            $0[keyPath: reset] = .hard
        }
    }
}

extension Reset {
    fileprivate var word: String {
        switch self {
        case .hard: "hard"
        case .soft: "soft"
        case .softDelayed: "soft-delayed"
        }
    }

    /// Whether a spike sets the membrane.
    var isHard: Bool { if case .hard = self { true } else { false } }

    fileprivate var potential: Float {
        if case .hard(let potential) = self { potential } else { 0 }
    }
}
