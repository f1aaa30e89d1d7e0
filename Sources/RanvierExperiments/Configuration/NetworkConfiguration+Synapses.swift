import RanvierNetworks
import RanvierTensors

extension NetworkConfiguration {
    /// Synapses, pooling and normalisation: layers that both kinds of network have.
    static let synapticKinds = [
        Linear.kind, Convolution2D.kind, AveragePool2D.kind, MaxPool2D.kind,
        GlobalAveragePool2D.kind, BatchNormalization.kind, Flatten.kind,
    ]

    static func synapses(_ element: ConfigurationElement) throws(ConfigurationError) -> Entry {
        let options = element.options
        switch element.kind {
        case Linear.kind: return try linear(options)
        case Convolution2D.kind: return try convolution(options)
        case AveragePool2D.kind, MaxPool2D.kind: return try pool(element)
        case GlobalAveragePool2D.kind: return Entry { _ in GlobalAveragePool2D() }
        case BatchNormalization.kind:
            let momentum = Float(try options.float("momentum", default: 0.1, in: 0...1))
            return Entry { BatchNormalization(max($0.last ?? 1, 1), momentum: momentum) }
        default: return Entry { _ in Flatten() }
        }
    }

    private static func linear(
        _ options: ConfigurationSection
    ) throws(ConfigurationError) -> Entry {
        let inputs = try options.optionalInteger("inputs", in: 1...)
        let outputs = try options.integer("outputs", in: 1...)
        let hasBias = try options.boolean("bias", default: true)
        let gain = Float(try options.float("gain", default: 1, in: .positive))
        return Entry { shape in
            Linear(inputs ?? max(shape.reduce(1, *), 1), outputs, hasBias: hasBias, gain: gain)
        }
    }

    private static func convolution(
        _ options: ConfigurationSection
    ) throws(ConfigurationError) -> Entry {
        let outputs = try options.integer("channels", in: 1...)
        let size = try options.integer("size", default: 3, in: 1...)
        let stride = try options.integer("stride", default: 1, in: 1...)
        let padding = try options.integer("padding", default: 0, in: 0...)
        let hasBias = try options.boolean("bias", default: true)
        return Entry { shape in
            Convolution2D(
                max(shape.last ?? 1, 1), outputs, size: size, stride: stride, padding: padding,
                hasBias: hasBias)
        }
    }

    private static func pool(_ element: ConfigurationElement) throws(ConfigurationError) -> Entry {
        let size = try element.options.integer("size", default: 2, in: 1...)
        let stride = try element.options.optionalInteger("stride", in: 1...)
        return element.kind == MaxPool2D.kind
            ? Entry { _ in MaxPool2D(size, stride: stride) }
            : Entry { _ in AveragePool2D(size, stride: stride) }
    }
}
