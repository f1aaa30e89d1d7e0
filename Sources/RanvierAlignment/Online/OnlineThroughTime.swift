import RanvierConfiguration
import RanvierLearning
import RanvierNetworks

/// `ottt`: online training through time.
///
///     ε ← λ ε + x,   ΔW = −η Σ_t g[t] ε[t]ᵀ,   g[t]: the error of the neurons' currents at step t by the loss of step t
///
/// with the leak λ of the neurons behind. Errors go back through the layers at the same step only, so that nothing is kept but a
/// trace for each input. For any chain of linear and convolution layers with leaky neurons, residual branches and pooling; recurrent
/// neurons in chains without convolutions. Biases are inputs that are always 1, with their own trace.
///
/// Deviation: read-outs that integrate have the trace of their own leak. Of a reset, traces do not know, as published.
/// Source: Xiao et al. 2022 (in its form that is summed over the sequence before weights move).
public struct OnlineThroughTime: LocalRule {
    /// `ottt`.
    public static let kind = "ottt"

    /// Steps that are computed together; changes memory and time, and results by rounding alone.
    public var chunk = 50

    /// Chunks of 50 steps.
    public init() {}

    /// With chunks of some steps.
    public init(chunk: Int) { self.chunk = chunk }

    /// The keys of a configuration.
    public static let schema = Schema<OnlineThroughTime> {
        Field.integer("chunk", \.chunk, in: 1...)
    }

    /// Traces of all inputs.
    ///
    /// - Throws: ``AlignmentError`` where a layer cannot be taught.
    public func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner {
        let hasRecurrence = model.network.stages.contains { $0.layer is RecurrentLIF }
        if hasRecurrence {
            let network = try TracedNetwork(model, rule: Self.kind)
            return TracedLearner(
                network, rule: Self.kind, filter: 0, chunk: chunk,
                signal: try LearningSignal(.symmetric, for: network, of: model, seed: seed))
        }
        return try StepwiseLearner(for: model, rule: Self.kind, chunk: chunk)
    }
}
