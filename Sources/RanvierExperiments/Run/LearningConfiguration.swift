import RanvierConfiguration
import RanvierExact
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierSurrogate

/// How a network learns, with the keys that belong to the method.
public enum LearningConfiguration: Sendable {
    /// Surrogate gradients through time.
    case surrogate(SurrogateConfiguration)
    /// Exact gradients of spike times.
    case exact(ExactConfiguration)

    init(method: String, _ root: ConfigurationSection) throws(ConfigurationError) {
        if method == ExactGradient.name {
            self = .exact(try ExactConfiguration(root))
        } else {
            self = .surrogate(try SurrogateConfiguration(root))
        }
    }

    /// The name of the ``LearningMethod``.
    public var method: String {
        switch self {
        case .surrogate: SurrogateGradient.name
        case .exact: ExactGradient.name
        }
    }

    /// The layers and training of an artificial network of the same shape.
    var annTwin: SurrogateConfiguration {
        switch self {
        case .surrogate(let configuration): configuration
        case .exact(let configuration): configuration.annTwin
        }
    }
}

/// A clocked network trained by surrogate gradients: encoding, layers, training.
public struct SurrogateConfiguration: Sendable {
    /// How values become sequences.
    public let encoding: EncodingConfiguration
    /// The layers.
    public let network: NetworkConfiguration
    /// How it is trained.
    public let training: TrainingConfiguration

    init(_ root: ConfigurationSection) throws(ConfigurationError) {
        encoding = try EncodingConfiguration(root)
        network = try NetworkConfiguration(root)
        training = try TrainingConfiguration(root.section("training"))
    }

    init(
        encoding: EncodingConfiguration, network: NetworkConfiguration,
        training: TrainingConfiguration
    ) {
        self.encoding = encoding
        self.network = network
        self.training = training
    }
}

extension ExactConfiguration {
    /// Rectified linear units of the same shape with a usual recipe: Adam, cosine, as many epochs.
    var annTwin: SurrogateConfiguration {
        SurrogateConfiguration(
            encoding: EncodingConfiguration(encoder: DirectEncoder(steps: 1, timeStep: 1e-3)),
            network: NetworkConfiguration(layerSizes: outputs),
            training: TrainingConfiguration(
                epochs: schedule.epochs, batchSize: min(schedule.batchSize, 128)))
    }
}
