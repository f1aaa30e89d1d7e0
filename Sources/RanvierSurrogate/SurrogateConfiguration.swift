import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks

/// A clocked network trained by surrogate gradients.
@dynamicMemberLookup
public struct SurrogateConfiguration: ClockedMethodConfiguration {
    /// `surrogate`.
    public static let method = SurrogateGradient.name

    /// Network, encoding, training.
    public var clocked: ClockedConfiguration

    /// Reads the keys `model`, `encoding`, `network` and `training`.
    public init(_ root: ConfigurationSection) throws(ConfigurationError) {
        clocked = try ClockedConfiguration(root)
    }

    /// What can be chosen of network, encoding and training.
    public subscript<Value>(
        dynamicMember path: WritableKeyPath<ClockedConfiguration, Value>
    ) -> Value {
        get { clocked[keyPath: path] }
        set { clocked[keyPath: path] = newValue }
    }

    /// The method with a new network.
    public func makeMethod(
        for data: DatasetConfiguration.Splits, seed: UInt64, registry: Registry
    ) throws -> any LearningMethod {
        SurrogateGradient(try clocked.makeTraining(for: data, seed: seed, registry: registry))
    }
}

extension Kind where R == BaselineRole {
    /// `ann`: the artificial network of the same shape on the same data.
    public static let artificialTwin = BaselineKind(baseline: NetworkFamily.artificial.rawValue) {
        configuration, data, seed, registry in
        guard let twin = configuration.artificialTwin else { return nil }
        let own = ClockedConfiguration(twin)
        let training = try own.makeTraining(for: data, seed: seed, registry: registry)
        return (SurrogateGradient(training), own.course)
    }
}

extension Registry {
    /// Adds surrogate gradients, and the artificial network as what others must beat.
    public mutating func addSurrogateGradients() {
        add(MethodKind(SurrogateConfiguration.self))
        add(BaselineKind.artificialTwin)
    }
}
