import RanvierConfiguration
import RanvierTensors

extension NetworkConfiguration {
    /// Synapses, pooling and normalisation: layers that both kinds of network have.
    static let synapticKinds = [
        Linear.kind, DelayedLinear.kind, Convolution1D.kind, Convolution2D.kind,
        AveragePool2D.kind, MaxPool2D.kind, GlobalAveragePool2D.kind, BatchNormalization.kind,
        Flatten.kind,
    ]

    static func synapses(_ element: ConfigurationElement) throws(ConfigurationError) -> Entry {
        let options = element.options
        switch element.kind {
        case Linear.kind: return try linear(options)
        case DelayedLinear.kind: return try delayed(options)
        case Convolution1D.kind, Convolution2D.kind: return try convolution(element)
        case AveragePool2D.kind, MaxPool2D.kind: return try pool(element)
        case GlobalAveragePool2D.kind:
            return Entry(kind: element.kind) { _ in [GlobalAveragePool2D()] }
        case BatchNormalization.kind:
            let variant = try Self.normalization(options, "variant")
            let momentum = Float(try options.float("momentum", default: 0.1, in: 0...1))
            return Entry(kind: element.kind) {
                [
                    BatchNormalization(
                        $0.channels, variant: variant($0) ?? .shared, momentum: momentum)
                ]
            }
        default: return Entry(kind: element.kind) { _ in [Flatten()] }
        }
    }

    /// How statistics and scales of batch normalisation relate to time; nil where there is to be none.
    ///
    /// The artificial network has one step and shared statistics.
    static func normalization(
        _ options: ConfigurationSection, _ key: String, mayBeNone: Bool = false,
        default standard: String = "shared"
    ) throws(ConfigurationError) -> @Sendable (Site) -> NormalizationVariant? {
        let kinds = ["shared", "tdbn", "tebn", "bntt"] + (mayBeNone ? ["none"] : [])
        let element = try options.element(key, kinds: kinds, default: standard)
        let kind = element.kind
        var alpha: Float = 1, threshold: Float = 1
        if kind == "tdbn" {
            alpha = Float(try element.options.float("alpha", default: 1, in: .positive))
            threshold = Float(try element.options.float("threshold", default: 1, in: .positive))
        }
        let scaled = NormalizationVariant.thresholdDependent(alpha: alpha, threshold: threshold)
        return { site in
            if kind == "none" { return nil }
            guard site.isSpiking else { return .shared }
            switch kind {
            case "tdbn": return scaled
            case "tebn": return .temporalEffective(steps: site.steps)
            case "bntt": return .perStep(steps: site.steps)
            default: return .shared
            }
        }
    }

    private static func linear(
        _ options: ConfigurationSection
    ) throws(ConfigurationError) -> Entry {
        let inputs = try options.optionalInteger("inputs", in: 1...)
        let outputs = try options.integer("outputs", in: 1...)
        let hasBias = try options.boolean("bias", default: true)
        let gain = Float(try options.float("gain", default: 1, in: .positive))
        return Entry(kind: Linear.kind) {
            [Linear(inputs ?? $0.features, outputs, hasBias: hasBias, gain: gain)]
        }
    }

    /// Delays mean nothing without time: the artificial network has a linear layer.
    private static func delayed(
        _ options: ConfigurationSection
    ) throws(ConfigurationError) -> Entry {
        let outputs = try options.integer("outputs", in: 1...)
        let longest = try options.float("maximum-delay", in: 0...)
        let learns = try options.boolean("learns-delays", default: false)
        let hasBias = try options.boolean("bias", default: true)
        let gain = Float(try options.float("gain", default: 1, in: .positive))
        return Entry(kind: DelayedLinear.kind) {
            guard $0.isSpiking else {
                return [Linear($0.features, outputs, hasBias: hasBias, gain: gain)]
            }
            return [
                DelayedLinear(
                    $0.features, outputs, maximumDelay: longest, timeStep: $0.timeStep,
                    learnsDelays: learns, hasBias: hasBias, gain: gain)
            ]
        }
    }

    private static func convolution(
        _ element: ConfigurationElement
    ) throws(ConfigurationError) -> Entry {
        let options = element.options
        let outputs = try options.integer("channels", in: 1...)
        let size = try options.integer("size", default: 3, in: 1...)
        let stride = try options.integer("stride", default: 1, in: 1...)
        let padding = try options.integer("padding", default: 0, in: 0...)
        let groups = try options.integer("groups", default: 1, in: 1...)
        let hasBias = try options.boolean("bias", default: true)
        guard outputs % groups == 0 else {
            throw options.invalid(
                "groups", "\(outputs) channels do not divide into \(groups) groups")
        }
        let isFlat = element.kind == Convolution1D.kind
        return Entry(kind: element.kind) { (site) throws(ShapeMismatch) in
            guard site.channels % groups == 0 else {
                throw ShapeMismatch(
                    expected: "channels that divide into \(groups) groups", found: site.shape)
            }
            return isFlat
                ? [
                    Convolution1D(
                        site.channels, outputs, size: size, stride: stride, padding: padding,
                        groups: groups, hasBias: hasBias)
                ]
                : [
                    Convolution2D(
                        site.channels, outputs, size: size, stride: stride, padding: padding,
                        groups: groups, hasBias: hasBias)
                ]
        }
    }

    private static func pool(_ element: ConfigurationElement) throws(ConfigurationError) -> Entry {
        let size = try element.options.integer("size", default: 2, in: 1...)
        let stride = try element.options.optionalInteger("stride", in: 1...)
        let isMaximum = element.kind == MaxPool2D.kind
        return Entry(kind: element.kind) { _ in
            [isMaximum ? MaxPool2D(size, stride: stride) : AveragePool2D(size, stride: stride)]
        }
    }
}
