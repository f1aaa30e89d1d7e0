import RanvierTensors

/// Membranes of a layer of neurons over a sequence, and what they follow.
public struct MembraneRecord: Sendable {
    /// Potentials before the reset, `[T, B, …]`; of an adaptive threshold what it has risen by is taken off, and of thresholds per
    /// channel what each lies above the least, so that a spike is always a potential at or above ``threshold``.
    public var potentials: Tensor
    /// Spikes, `[T, B, …]`.
    public var spikes: Tensor
    /// The threshold θ.
    public var threshold: Double
    /// Share β of a membrane that is left a step later: one for all, or one for each channel of the last axis.
    public var leaks: [Double]
    /// Share α of the synaptic current that is left a step later; 0 where the input is the current itself.
    public var synapticLeak: Double
    /// Whether the current enters the membrane with the weight 1 − β.
    public var scalesInput: Bool
    /// What happens after a spike.
    public var reset: Reset
    /// Steps after a spike in which a neuron cannot fire.
    public var refractorySteps: Int
}

extension MembraneRecord {
    init(
        _ response: LIFDynamics.Response, _ dynamics: LIFDynamics, leak: Tensor, threshold: Tensor
    ) {
        (potentials, self.threshold) = Self.level(
            (response.membrane ?? response.spikes).detached, thresholds: threshold.detached)
        spikes = response.spikes.detached
        leaks = leak.detached.scalars.map { Double($0) }
        synapticLeak = 0
        scalesInput = dynamics.inputScale == .oneMinusLeak
        reset = dynamics.reset
        refractorySteps = 0
    }

    init(
        _ response: PopulationDynamics.Response, _ dynamics: PopulationDynamics,
        _ parameters: PopulationParameters, adaptation: Tensor?
    ) {
        spikes = response.spikes.detached
        var potentials = (response.membrane ?? response.spikes).detached
        if let (leak, strength) = parameters.adaptation {
            // a[t] = ρ a[t−1] + s[t]; the threshold of a step has risen by b a[t−1].
            let strength = strength.detached, leak = leak.detached
            var risen = adaptation?.detached ?? .zeros(Array(potentials.shape.dropFirst()))
            var margins: [Tensor] = []
            for t in 0..<potentials.shape[0] {
                margins.append(potentials.step(at: t) - risen * strength)
                risen = risen * leak + spikes.step(at: t).dense
            }
            potentials = Tensor.stack(margins)
        }
        (self.potentials, threshold) = Self.level(
            potentials, thresholds: parameters.threshold.detached)
        leaks = parameters.leak.detached.scalars.map { Double($0) }
        synapticLeak = parameters.synapticLeak.map { Double($0.detached.scalar) } ?? 0
        scalesInput = dynamics.inputScale == .oneMinusLeak
        reset = dynamics.reset
        refractorySteps = dynamics.refractorySteps
    }

    /// Potentials that are held against one threshold, the least of all channels.
    private static func level(
        _ potentials: Tensor, thresholds: Tensor
    ) -> (potentials: Tensor, threshold: Double) {
        let least = thresholds.scalars.min() ?? 1
        guard thresholds.count > 1 else { return (potentials, Double(least)) }
        return (potentials - (thresholds - least), Double(least))
    }
}
