import RanvierTensors

/// Leaky integrate-and-fire neurons whose threshold rises with every spike and falls back.
///
///     u[t] = β v[t−1] + I[t],   s[t] = Θ(u[t] − θ − b a[t−1]),   a[t] = ρ a[t−1] + s[t]
///
/// Source: Bellec et al. 2018 and 2020 (ALIF); the reset subtracts θ.
public struct AdaptiveLIF: PopulationLayer {
    /// `adaptive-lif`.
    public static let kind = "adaptive-lif"
    /// Reset, surrogate and the other options.
    public let dynamics: PopulationDynamics
    private let threshold: Parameter
    private let strength: Parameter
    private let leak: LeakParameter
    private let adaptationLeak: LeakParameter

    /// Neurons with two time constants in seconds.
    ///
    /// - Parameters:
    ///   - strength: b, by how much a spike raises the threshold.
    ///   - learns: trains both leaks as `sigmoid(a)`, and b.
    public init(
        membraneTimeConstant: Double, adaptationTimeConstant: Double, strength: Float,
        threshold: Float = 1, dynamics: PopulationDynamics = PopulationDynamics(),
        learns: Bool = false, timeStep: Double = 1e-3
    ) {
        self.init(
            leak: .timeConstant(membraneTimeConstant),
            adaptationLeak: .timeConstant(adaptationTimeConstant), strength: strength,
            threshold: threshold, dynamics: dynamics, learns: learns, timeStep: timeStep)
    }

    /// Neurons with two leaks.
    public init(
        leak: Leak, adaptationLeak: Leak, strength: Float, threshold: Float = 1,
        dynamics: PopulationDynamics = PopulationDynamics(), learns: Bool = false,
        timeStep: Double = 1e-3
    ) {
        self.dynamics = dynamics
        self.threshold = Parameter(
            shape: [], initialization: .constant(threshold), isTrainable: false, decays: false)
        self.strength = Parameter(
            shape: [], initialization: .constant(strength), isTrainable: learns, decays: false)
        self.leak = LeakParameter(leak, learns: learns, timeStep: timeStep)
        self.adaptationLeak = LeakParameter(adaptationLeak, learns: learns, timeStep: timeStep)
    }

    /// `threshold`, `strength`, and `leak-logit`, `adaptation-leak-logit` where they are learned.
    public var parameters: [(name: String, parameter: Parameter)] {
        [("threshold", threshold), ("strength", strength)] + leak.named("leak-logit")
            + adaptationLeak.named("adaptation-leak-logit")
    }

    /// With leak and adaptation.
    public func populationParameters(timeStep: Double) -> PopulationParameters {
        var numbers = PopulationParameters(
            leak: leak.factor(timeStep: timeStep), threshold: threshold.tensor)
        numbers.adaptation = (adaptationLeak.factor(timeStep: timeStep), strength.tensor)
        return numbers
    }
}
