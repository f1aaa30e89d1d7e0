import RanvierConfiguration
import RanvierTensors

/// Hidden linear layers behind convolutions.
struct DenseHead: Configurable {
    var hidden: [Int] = []
    var dropout: Float = 0

    static let schema = Schema<DenseHead> {
        Field.integers("hidden", \.hidden, in: 1...)
        Field.number("dropout", \.dropout, in: 0...0.99)
    }
}

extension LayerDescription {
    /// The unit of deep architectures unless another one is named.
    static let deepUnit = LayerDescription(Element(LIF.kind, LIF.deepOptions.configurationValue))
}

/// A ``ConvolutionalNetwork`` of pooled convolutions as configurations say it.
struct ConvolutionalArchitecture: DescribedArchitecture {
    static let kind = "csnn"
    var channels = [12, 64]
    var size = 5
    var padding = 0
    var normalization = NormalizationChoice.none
    var endsInUnits = false
    var head = DenseHead()
    var units = LayerDescription.deepUnit

    static let schema = Schema<ConvolutionalArchitecture> {
        Field.integers("channels", \.channels, in: 1...)
        Field.integer("size", \.size, in: ImageWindow.sizes, drawn: 1...3)
        Field.integer("padding", \.padding, in: ImageWindow.paddings, drawn: 1...2)
        Field.normalization("normalization", \.normalization, mayBeNone: true)
        Field.boolean("ends-in-units", \.endsInUnits)
        Field.part(\.head)
        Field.unit("units", \.units, isDeep: true)
    }

    func layers(at site: LayerSite) throws -> [any Layer] {
        try site.requireImages()
        return try ConvolutionalNetwork(
            inputShape: site.shape,
            units: channels.map { .pooledConvolution(channels: $0, size: size, padding: padding) },
            hidden: head.hidden, outputs: site.outputs, activation: site.activation(units),
            normalization: normalization.variant(at: site),
            endsInActivation: endsInUnits && site.family == .spiking, dropout: head.dropout
        ).layers()
    }
}

/// Networks of the VGG family as configurations say them.
struct VGGArchitecture: DescribedArchitecture {
    static let kind = "vgg"
    var layout = Layout.vgg16
    var normalization = NormalizationChoice(.shared)
    var head = DenseHead()
    var units = LayerDescription.deepUnit

    enum Layout: String, CaseIterable, Sendable, Hashable {
        case vgg16, event
    }

    static let schema = Schema<VGGArchitecture> {
        Field.choice("layout", \.layout)
        Field.normalization("normalization", \.normalization)
        Field.part(\.head)
        Field.unit("units", \.units, isDeep: true)
    }

    func layers(at site: LayerSite) throws -> [any Layer] {
        try site.requireImages()
        let make = layout == .vgg16 ? ConvolutionalNetwork.vgg16 : ConvolutionalNetwork.eventVGG
        var network = make(
            site.shape, site.outputs, site.activation(units),
            normalization.variant(at: site) ?? .shared)
        network.hidden = head.hidden
        network.dropout = head.dropout
        return try network.layers()
    }
}
