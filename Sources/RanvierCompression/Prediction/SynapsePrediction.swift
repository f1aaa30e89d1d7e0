/// What a change does to a layer of synapses, whatever is behind it.
public struct SynapsePrediction: Sendable, Hashable {
    /// Name of the layer.
    public let layer: String
    /// `‖W − W'‖² / ‖W‖²`: the plain guide that a prediction must beat; 0 where all weights are zero.
    public let weightError: Double
    /// Root of the mean square by which the current of an output is shifted in a step.
    public let currentShift: Double
}
