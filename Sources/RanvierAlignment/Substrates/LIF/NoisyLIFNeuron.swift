import RanvierConfiguration

/// A leaky integrate-and-fire neuron that fires by its own noise, as it was meant.
///
///     I ← I exp(−dt/τ_s) + weights of spikes of the step before
///     v ← v + (1 − exp(−dt/τ_m)) (μ + I − v) + σ √(1 − exp(−2dt/τ_m)) ξ,   ξ ~ N(0, 1)
///     v ≥ θ: spike, v = reset, and v is held for the refractory period
///
/// Times in seconds, potentials without a unit. The defaults fire at about 40 Hz.
public struct NoisyLIFNeuron: Configurable {
    /// Length of a step, dt.
    public var timeStep = 0.5e-3
    /// τ_m.
    public var membraneTimeConstant = 10e-3
    /// τ_s.
    public var synapticTimeConstant = 5e-3
    /// Where the membrane goes without input and noise, μ.
    public var drive = 0.9
    /// Standard deviation of the membrane that never fires, σ.
    public var noise = 0.35
    /// θ.
    public var threshold = 1.0
    /// Membrane after a spike.
    public var resetPotential = 0.0
    /// How long the membrane is held after a spike; rounded to whole steps.
    public var refractoryPeriod = 2e-3

    /// The standard neuron.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<NoisyLIFNeuron> {
        Field.number("time-step", \.timeStep, in: .positive, drawn: 0.2e-3...1e-3)
        Field.number(
            "membrane-time-constant", \.membraneTimeConstant, in: .positive, drawn: 5e-3...20e-3)
        Field.number(
            "synaptic-time-constant", \.synapticTimeConstant, in: .positive, drawn: 2e-3...10e-3)
        Field.number("drive", \.drive)
        // Without noise nothing would tell what a weight does.
        Field.number("noise", \.noise, in: .positive)
        Field.number("threshold", \.threshold)
        Field.number("reset-potential", \.resetPotential, drawn: -0.5...0)
        Field.number("refractory-period", \.refractoryPeriod, in: 0...1, drawn: 0...5e-3)
    }

    /// Steps for which the membrane is held after a spike.
    public var refractorySteps: Int { Int((refractoryPeriod / timeStep).rounded()) }
}
