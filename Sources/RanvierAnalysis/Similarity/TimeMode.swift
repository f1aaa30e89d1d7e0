/// What counts as a sample's features where a layer answers with a sequence `[T, B, …]`.
public enum TimeMode: Sendable, Hashable, Codable {
    /// All steps behind one another: `T · features` numbers. `K = Σ_t X_t X_tᵀ`.
    case concatenate
    /// The mean over the steps.
    case mean
    /// One step alone, counted from 0.
    case perStep(Int)
}
