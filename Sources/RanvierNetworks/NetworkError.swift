import RanvierConfiguration

/// A network that cannot be built, fed or restored.
public enum NetworkError: Error, CustomStringConvertible, Hashable {
    /// A layer was given features of a shape it cannot take.
    case layer(name: String, kind: String, mismatch: ShapeMismatch)
    /// Stored parameters do not belong to this network.
    case parameters(expected: String, found: String)
    /// A network without layers.
    case empty
    /// A layer whose parameters are made for another number of steps than a sequence has.
    case steps(name: String, kind: String, expected: Int, found: Int)
    /// Neurons that share the step of quantised weights where there is none.
    case sharedStep(name: String, kind: String)
    /// Weights that do not fit into memory.
    case tooLarge(MemoryNeedError)
    /// A layer that cannot be said, and so not be stored.
    case undescribed(name: String, kind: String)

    /// Names the layer or parameter, what was expected and what was found.
    public var description: String {
        switch self {
        case .layer(let name, let kind, let mismatch):
            "layer '\(name)' (\(kind)) expects \(mismatch.expected), "
                + "but is given features of shape \(mismatch.found)"
        case .steps(let name, let kind, let expected, let found):
            "layer '\(name)' (\(kind)): expected parameters for the \(expected) steps of the encoding, "
                + "found \(found) steps; leave the key 'steps' out to follow the encoding"
        case .parameters(let expected, let found):
            "stored parameters do not fit the network: expected \(expected), found \(found)"
        case .sharedStep(let name, let kind):
            "layer '\(name)' (\(kind)): its membrane shares the step of the weights before it, which have "
                + "none; quantise them with one step for the tensor (shared-scale, learned-step), without a "
                + "normalisation in between, or give the membrane a range"
        case .tooLarge(let error): error.description
        case .undescribed(let name, let kind):
            "layer '\(name)' (\(kind)) has no description, so the network cannot be stored; let its type conform "
                + "to DescribedLayer, or its neuron to DescribedNeuron, and register it"
        case .empty:
            "the network has no layers; add at least a 'linear' and a 'leaky-integrator'"
        }
    }
}

extension NetworkError: ExitStatusProviding {
    /// Layers of the configuration that do not fit, or a stored network that is another's.
    public var exitStatus: ExitStatus {
        if case .parameters = self { .badInput } else { .wrongUsage }
    }
}
