/// The magnitude of feedback weights that have only a sign.
public enum FeedbackScale: String, CaseIterable, Hashable, Sendable {
    /// 1.
    case unit
    /// `1 / √n` for n inputs of a forward neuron, so that errors keep their size from layer to layer.
    case fanIn = "fan-in"
}
