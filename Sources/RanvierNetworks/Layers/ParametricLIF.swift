import RanvierTensors

/// Leaky integrate-and-fire neurons that learn their leak, one for the layer or one per channel.
///
///     u[t] = β v[t−1] + I[t],   β = sigmoid(a)      (or (1 − β) I[t])
///
/// Source: Fang et al. 2021 (PLIF).
public struct ParametricLIF: PopulationLayer {
    /// `parametric-lif`.
    public static let kind = "parametric-lif"
    /// Reset, surrogate and the other options.
    public let dynamics: PopulationDynamics
    private let threshold: Parameter
    private let leak: LeakParameter

    /// Neurons that start from a leak.
    ///
    /// - Parameters:
    ///   - channels: one leak for each channel of the last axis; nil for one in all.
    ///   - timeStep: to start from a time constant.
    public init(
        leak: Leak = .factor(0.5), channels: Int? = nil, threshold: Float = 1,
        dynamics: PopulationDynamics = PopulationDynamics(), timeStep: Double = 1e-3
    ) {
        self.dynamics = dynamics
        self.threshold = Parameter(
            shape: [], initialization: .constant(threshold), isTrainable: false, decays: false)
        self.leak = LeakParameter(leak, learns: true, channels: channels, timeStep: timeStep)
    }

    /// `threshold`, `leak-logit`.
    public var parameters: [(name: String, parameter: Parameter)] {
        [("threshold", threshold)] + leak.named("leak-logit")
    }

    /// The features, whose last axis must have one element per leak.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        if let channels = leak.logit?.shape.first, input.last != channels {
            throw ShapeMismatch(expected: "\(channels) channels on the last axis", found: input)
        }
        return input
    }

    /// With the present leak.
    public func populationParameters(timeStep: Double) -> PopulationParameters {
        PopulationParameters(leak: leak.factor(timeStep: timeStep), threshold: threshold.tensor)
    }
}
