/// Among which weights the smallest are sought, and how many are taken.
public enum PruningScope: Sendable, Hashable {
    /// A share of all living weights of all layers together: some layers lose more than others.
    case global(rate: Double)
    /// A share of the living weights of each layer.
    case layerWise(rate: Double)
    /// What shall be left of each layer, in order, as a share of all its weights; for example ``erdosRenyiDensities(of:density:)``.
    case densities([Double])
}
