import RanvierConfiguration

/// Depth and width of a residual network for small images.
struct ResidualSize: Configurable {
    var depth = 20
    var width = 1
    var channels = 16

    /// Blocks per stage.
    var blocks: Int { depth / 6 }
    /// Channels of the first stage.
    var firstChannels: Int { width * channels }

    static let schema = Schema<ResidualSize> {
        Field { section, value throws(ConfigurationError) in
            value.depth = try section.integer("depth", default: value.depth, in: 8...2000)
            guard value.depth % 6 == 2 else {
                throw section.wrong(
                    "depth", expected: "6n + 2: 8, 14, 20, …", found: "\(value.depth)")
            }
        } write: {
            [.init("depth", .integer($0.depth))]
        } vary: { value, random in
            value.depth = Bool.random(using: &random) ? 8 : 14
        }
        Field.integer("width", \.width, in: 1...1000, drawn: 1...2)
        Field.integer("channels", \.channels, in: 1...100_000)
    }
}

/// Residual networks of either form as configurations say them.
struct ResNetArchitecture: DescribedArchitecture {
    static let kind = "resnet"
    var size = ResidualSize()
    var form = Form.preActivation
    var normalization = NormalizationChoice(.shared)
    var units = LayerDescription.deepUnit
    var isResidual = true
    var shortcut = PreActivationBlock.Shortcut.preActivation
    var staticStages = 0

    enum Form: String, CaseIterable, Sendable, Hashable {
        case preActivation = "pre-activation"
        case postActivation = "post-activation"
    }

    static let schema = Schema<ResNetArchitecture> {
        Field.part(\.size)
        Field.choice("form", \.form)
        Field.normalization("normalization", \.normalization)
        Field.unit("units", \.units, isDeep: true)
        Field { section, value throws(ConfigurationError) in
            // Only blocks whose units come first have these.
            guard value.form == .preActivation else { return }
            value.isResidual = try section.boolean("residual", default: value.isResidual)
            value.shortcut = try section.choice("shortcut", default: value.shortcut)
            if !value.isResidual, value.shortcut != .preActivation {
                throw section.invalid(
                    "shortcut", "has no effect with residual: false, where blocks have none")
            }
            value.staticStages = try section.integer(
                "static-stages", default: value.staticStages, in: 0...3)
        } write: { value in
            guard value.form == .preActivation else { return [] }
            return [
                .init("residual", .boolean(value.isResidual)),
                .init("shortcut", .string(value.shortcut.rawValue)),
                .init("static-stages", .integer(value.staticStages)),
            ]
        } vary: { value, random in
            guard value.form == .preActivation else { return }
            value.isResidual = Bool.random(using: &random)
            value.staticStages = Int.random(in: 0...3, using: &random)
        }
    }

    func layers(at site: LayerSite) throws -> [any Layer] {
        try site.requireImages()
        let units = site.activation(units)
        let variant = normalization.variant(at: site) ?? .shared
        guard form == .preActivation else {
            return PostActivationResNet(
                blocks: size.blocks, channels: size.firstChannels, inputShape: site.shape,
                classes: site.outputs, activation: units, normalization: variant
            ).layers
        }
        var network = PreActivationResNet(
            blocks: size.blocks, channels: size.firstChannels, inputShape: site.shape,
            classes: site.outputs, activation: units, normalization: variant,
            isResidual: isResidual,
            // What the rectifier that works in place leaves behind concerns the artificial network.
            shortcut: site.family == .spiking ? .preActivation : shortcut)
        network.staticStages = site.family == .spiking ? staticStages : 0
        return network.layers
    }
}

/// Residual networks whose shortcuts carry spikes, as configurations say them.
struct SpikeElementWiseArchitecture: DescribedArchitecture {
    static let kind = "sew-resnet"
    var size = ResidualSize()
    var combination = Residual.Combination.add
    var normalization = NormalizationChoice(.shared)
    var units = LayerDescription.deepUnit

    static let schema = Schema<SpikeElementWiseArchitecture> {
        Field.part(\.size)
        Field.choice("combination", \.combination)
        Field.normalization("normalization", \.normalization)
        Field.unit("units", \.units, isDeep: true)
    }

    func layers(at site: LayerSite) throws -> [any Layer] {
        try site.requireImages()
        return SpikeElementWiseResNet(
            blocks: size.blocks, channels: size.firstChannels, inputShape: site.shape,
            // Products of spikes mean nothing for numbers.
            classes: site.outputs, combination: site.family == .spiking ? combination : .add,
            activation: site.activation(units),
            normalization: normalization.variant(at: site) ?? .shared
        ).layers
    }
}
