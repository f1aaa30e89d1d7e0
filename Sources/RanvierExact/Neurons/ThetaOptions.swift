import RanvierConfiguration

/// The keys of a theta neuron.
public struct ThetaOptions: Configurable {
    /// Time constant in seconds.
    public var timeConstant = 6 / Double.pi
    /// Constant drive I₀, above 1/4: a neuron without input spikes periodically.
    public var drive = 1.25

    /// The published neuron.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<ThetaOptions> {
        Field.number("time-constant", \.timeConstant, in: .positive)
        Field.number("drive", \.drive, in: 0.2501...100, drawn: 0.3...2)
    }
}
