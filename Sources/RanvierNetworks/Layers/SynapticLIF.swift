import RanvierTensors

/// Leaky integrate-and-fire neurons driven by a synaptic current with a time constant of its own.
///
///     i[t] = α i[t−1] + I[t],   u[t] = β v[t−1] + i[t]
///
/// Source: Neftci, Mostafa & Zenke 2019.
public struct SynapticLIF: PopulationLayer {
    /// `synaptic-lif`.
    public static let kind = "synaptic-lif"
    /// Reset, surrogate and the other options.
    public let dynamics: PopulationDynamics
    private let threshold: Parameter
    private let membraneLeak: LeakParameter
    private let synapticLeak: LeakParameter

    /// Neurons with two time constants in seconds.
    public init(
        membraneTimeConstant: Double, synapticTimeConstant: Double, threshold: Float = 1,
        dynamics: PopulationDynamics = PopulationDynamics()
    ) {
        self.init(
            membraneLeak: .timeConstant(membraneTimeConstant),
            synapticLeak: .timeConstant(synapticTimeConstant), threshold: threshold,
            dynamics: dynamics)
    }

    /// Neurons with two leaks, trained as `sigmoid(a)` if wanted.
    public init(
        membraneLeak: Leak, synapticLeak: Leak, threshold: Float = 1,
        dynamics: PopulationDynamics = PopulationDynamics(), learnsLeaks: Bool = false,
        timeStep: Double = 1e-3
    ) {
        self.dynamics = dynamics
        self.threshold = Parameter(
            shape: [], initialization: .constant(threshold), isTrainable: false, decays: false)
        self.membraneLeak = LeakParameter(membraneLeak, learns: learnsLeaks, timeStep: timeStep)
        self.synapticLeak = LeakParameter(synapticLeak, learns: learnsLeaks, timeStep: timeStep)
    }

    /// `threshold`, and `leak-logit`, `synaptic-leak-logit` where they are learned.
    public var parameters: [(name: String, parameter: Parameter)] {
        [("threshold", threshold)] + membraneLeak.named("leak-logit")
            + synapticLeak.named("synaptic-leak-logit")
    }

    /// With both leaks.
    public func populationParameters(timeStep: Double) -> PopulationParameters {
        var numbers = PopulationParameters(
            leak: membraneLeak.factor(timeStep: timeStep), threshold: threshold.tensor)
        numbers.synapticLeak = synapticLeak.factor(timeStep: timeStep)
        return numbers
    }
}
