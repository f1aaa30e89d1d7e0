/// What a labelled sample asks of the output spikes of a layered network.
///
///     try network.valueAndGradient(of: .firstSpike, at: spikes, label: 7)
public struct ExactObjective: Sendable {
    /// Makes the loss for a number of outputs and a label.
    let loss: @Sendable (_ outputs: Int, _ label: Int) throws(ExactError) -> any SpikeTimeLoss

    /// The right output fires first: ``FirstSpikeLoss`` as published.
    public static let firstSpike = ExactObjective.firstSpike()

    /// The right output fires first, with its weights chosen.
    public static func firstSpike(
        earliness: Double = 0.01, temperature: Double = 1
    ) -> ExactObjective {
        ExactObjective { outputs, label throws(ExactError) in
            try FirstSpikeLoss(
                outputs: 0..<outputs, label: label, earliness: earliness, temperature: temperature)
        }
    }
}

/// Derivatives of a loss by everything a layered network depends on.
public struct ExactNetworkGradient: Sendable, Equatable {
    /// By the weights, `[layer][out][in]`.
    public var weights: [[[Double]]]
    /// By the states at the start, `[layer][neuron]`: (V, I), or (φ, 0) of phase models.
    public var initialStates: [[SIMD2<Double>]]
    /// By the times of the input spikes, in the caller's order. Where several inputs spike at one instant
    /// these are one-sided: towards later times.
    public var inputTimes: [Double]
}
