import RanvierTensors

/// Integrate-and-fire neurons, which forget nothing.
///
///     u[t] = v[t−1] + I[t],   s[t] = Θ(u[t] − θ),   v[t] = u[t] − θ s[t]
public struct IntegrateAndFire: PopulationLayer {
    /// `if`.
    public static let kind = "if"
    /// Reset, surrogate and the other options.
    public let dynamics: PopulationDynamics
    private let threshold: Parameter

    /// Neurons with a threshold.
    public init(threshold: Float = 1, dynamics: PopulationDynamics = PopulationDynamics()) {
        self.dynamics = dynamics
        self.threshold = Parameter(
            shape: [], initialization: .constant(threshold), isTrainable: false, decays: false)
    }

    /// `threshold`.
    public var parameters: [(name: String, parameter: Parameter)] { [("threshold", threshold)] }

    /// Leak 1.
    public func populationParameters(timeStep: Double) -> PopulationParameters {
        PopulationParameters(leak: Tensor(1), threshold: threshold.tensor)
    }
}
