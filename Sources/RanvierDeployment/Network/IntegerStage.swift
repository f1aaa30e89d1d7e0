/// A stage of an integer network.
public enum IntegerStage: Sendable, Hashable {
    /// Weighted sums.
    case synapses(IntegerSynapses)
    /// Windows of an image.
    case pooling(IntegerPooling)
    /// Neurons, or integrators.
    case neurons(IntegerNeurons)

    /// Name of the layer.
    public var name: String {
        switch self {
        case .synapses(let stage): stage.name
        case .pooling(let stage): stage.name
        case .neurons(let stage): stage.name
        }
    }

    /// Shape of what comes in at a step; vectors and images of as many values are the same.
    public var inputShape: [Int] {
        switch self {
        case .synapses(let stage): stage.inputShape
        case .pooling(let stage): stage.inputShape
        case .neurons(let stage): stage.shape
        }
    }

    /// Shape of what goes out.
    public var outputShape: [Int] {
        switch self {
        case .synapses(let stage): stage.outputShape
        case .pooling(let stage): stage.outputShape
        case .neurons(let stage): stage.shape
        }
    }
}
