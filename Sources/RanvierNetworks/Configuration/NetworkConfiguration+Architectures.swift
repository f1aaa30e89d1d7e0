import RanvierConfiguration

extension NetworkConfiguration {
    /// Layers made of layers.
    static let compositeKinds = [Residual.kind]

    /// Whole networks: what comes in is the data, what goes out are its classes.
    static let architectureKinds = ["mlp", "csnn", "vgg", "resnet", "sew-resnet", "recurrent"]

    /// Two branches, each a list of layers.
    static func composite(_ element: ConfigurationElement) throws(ConfigurationError) -> Entry {
        let options = element.options
        let combination: Residual.Combination = try options.choice("combination", default: .add)
        let body = try Self.entries(options, "body")
        let shortcut = try Self.entries(options, "shortcut", isOptional: true)
        return Entry(kind: element.kind) { (site) throws(ShapeMismatch) in
            [
                Residual(
                    combination: combination, body: try Self.layers(of: body, at: site).layers,
                    shortcut: try Self.layers(of: shortcut, at: site).layers)
            ]
        }
    }

    static func architecture(_ element: ConfigurationElement) throws(ConfigurationError) -> Entry {
        let options = element.options
        switch element.kind {
        case "csnn": return try convolutional(options)
        case "vgg": return try vgg(options)
        case "resnet": return try resnet(options)
        case "sew-resnet": return try sewResnet(options)
        case "recurrent": return try recurrent(options)
        default: return try perceptron(options)
        }
    }

    // MARK: - What architectures share

    /// The neurons between the layers of an architecture.
    private static func units(
        _ options: ConfigurationSection, _ standard: NeuronDefaults
    ) throws(ConfigurationError) -> @Sendable (Site) -> Activation {
        let kinds = neuronKinds.filter { $0 != ReLU.kind && $0 != RecurrentLIF.kind }
        let element = try options.element("units", kinds: kinds, default: LIF.kind)
        let entry = try neurons(element, standard)
        return { site in
            Activation { channels in
                let made = try? entry.build(site.after([channels]))
                return made?.first ?? ReLU()
            }
        }
    }

    /// An architecture for images.
    private static func images(
        _ kind: String, _ make: @escaping @Sendable (Site) throws(ShapeMismatch) -> [any Layer]
    ) -> Entry {
        Entry(kind: kind) { (site) throws(ShapeMismatch) in
            guard site.shape.count == 3 else {
                throw ShapeMismatch(expected: "images [height, width, channels]", found: site.shape)
            }
            return try make(site)
        }
    }

    /// Blocks per stage of a network of depth 6n + 2, and channels of the first stage.
    private static func size(
        _ options: ConfigurationSection
    ) throws(ConfigurationError) -> (blocks: Int, channels: Int) {
        let depth = try options.integer("depth", default: 20, in: 8...)
        guard depth % 6 == 2 else {
            throw options.wrong("depth", expected: "6n + 2: 8, 14, 20, …", found: "\(depth)")
        }
        let width = try options.integer("width", default: 1, in: 1...)
        return (depth / 6, width * (try options.integer("channels", default: 16, in: 1...)))
    }

    // MARK: - The architectures

    private static func perceptron(
        _ options: ConfigurationSection
    ) throws(ConfigurationError) -> Entry {
        let hidden = try options.integers("hidden", default: [128], in: 1...)
        let gain = Float(try options.float("gain", default: 1, in: .positive))
        let units = try Self.units(options, .layers)
        let readout = try options.element(
            "readout", kinds: ["currents", LeakyIntegrator.kind, "units"],
            default: LeakyIntegrator.kind)
        var spiking = MultilayerPerceptron.Readout.currents
        if readout.kind == "units" { spiking = .activation }
        if readout.kind == LeakyIntegrator.kind {
            spiking = .integrator(try Self.leak(readout.options))
        }
        let given = spiking
        return Entry(kind: "mlp") {
            MultilayerPerceptron(
                inputShape: $0.shape, hidden: hidden, outputs: $0.classes, activation: units($0),
                readout: $0.isSpiking ? given : .currents, gain: gain
            ).layers
        }
    }

    private static func convolutional(
        _ options: ConfigurationSection
    ) throws(ConfigurationError) -> Entry {
        let channels = try options.integers("channels", default: [12, 64], in: 1...)
        let size = try options.integer("size", default: 5, in: 1...)
        let padding = try options.integer("padding", default: 0, in: 0...)
        let normalization = try Self.normalization(
            options, "normalization", mayBeNone: true, default: "none")
        let ends = try options.boolean("ends-in-units", default: false)
        let head = try Self.head(options)
        let units = try Self.units(options, .deep)
        return images("csnn") { (site) throws(ShapeMismatch) in
            try ConvolutionalNetwork(
                inputShape: site.shape,
                units: channels.map {
                    .pooledConvolution(channels: $0, size: size, padding: padding)
                },
                hidden: head.hidden, outputs: site.classes, activation: units(site),
                normalization: normalization(site), endsInActivation: ends && site.isSpiking,
                dropout: head.dropout
            ).layers()
        }
    }

    /// Hidden linear layers behind convolutions.
    private static func head(
        _ options: ConfigurationSection
    ) throws(ConfigurationError) -> (hidden: [Int], dropout: Float) {
        (
            try options.integers("hidden", default: [], in: 1...),
            Float(try options.float("dropout", default: 0, in: 0...0.99))
        )
    }

    private static func vgg(_ options: ConfigurationSection) throws(ConfigurationError) -> Entry {
        let layout = try options.choice("layout", of: ["vgg16", "event"], default: "vgg16")
        let normalization = try Self.normalization(options, "normalization")
        let head = try Self.head(options)
        let units = try Self.units(options, .deep)
        return images("vgg") { (site) throws(ShapeMismatch) in
            let make =
                layout == "vgg16" ? ConvolutionalNetwork.vgg16 : ConvolutionalNetwork.eventVGG
            var network = make(
                site.shape, site.classes, units(site), normalization(site) ?? .shared)
            network.hidden = head.hidden
            network.dropout = head.dropout
            return try network.layers()
        }
    }

    private static func resnet(
        _ options: ConfigurationSection
    ) throws(ConfigurationError) -> Entry {
        let size = try Self.size(options)
        let form = try options.choice(
            "form", of: ["pre-activation", "post-activation"], default: "pre-activation")
        let normalization = try Self.normalization(options, "normalization")
        let units = try Self.units(options, .deep)
        guard form == "pre-activation" else {
            return images("resnet") {
                PostActivationResNet(
                    blocks: size.blocks, channels: size.channels, inputShape: $0.shape,
                    classes: $0.classes, activation: units($0),
                    normalization: normalization($0) ?? .shared
                ).layers
            }
        }
        let isResidual = try options.boolean("residual", default: true)
        let shortcut: PreActivationBlock.Shortcut = try options.choice(
            "shortcut", default: .preActivation)
        return images("resnet") {
            PreActivationResNet(
                blocks: size.blocks, channels: size.channels, inputShape: $0.shape,
                classes: $0.classes, activation: units($0),
                normalization: normalization($0) ?? .shared, isResidual: isResidual,
                // What the rectifier that works in place leaves behind concerns the artificial network.
                shortcut: $0.isSpiking ? .preActivation : shortcut
            ).layers
        }
    }

    private static func sewResnet(
        _ options: ConfigurationSection
    ) throws(ConfigurationError) -> Entry {
        let size = try Self.size(options)
        let combination: Residual.Combination = try options.choice("combination", default: .add)
        let normalization = try Self.normalization(options, "normalization")
        let units = try Self.units(options, .deep)
        return images("sew-resnet") {
            SpikeElementWiseResNet(
                blocks: size.blocks, channels: size.channels, inputShape: $0.shape,
                // Products of spikes mean nothing for numbers.
                classes: $0.classes, combination: $0.isSpiking ? combination : .add,
                activation: units($0), normalization: normalization($0) ?? .shared
            ).layers
        }
    }

    /// Linear layers and recurrent neurons; the artificial network is a perceptron of the same sizes.
    private static func recurrent(
        _ options: ConfigurationSection
    ) throws(ConfigurationError) -> Entry {
        let hidden = try options.integers("hidden", default: [256], in: 1...)
        let gain = Float(try options.float("input-gain", default: 2, in: .positive))
        let dropout = Float(try options.float("dropout", default: 0, in: 0...0.99))
        let element = try options.element(
            "units", kinds: [RecurrentLIF.kind], default: RecurrentLIF.kind)
        let make = try Self.recurrentLIF(element.options, .layers, gain: 0.5)
        let readout = try Self.leak(try options.section("readout"))
        return Entry(kind: "recurrent") { site in
            guard site.isSpiking else {
                return MultilayerPerceptron(
                    inputShape: site.shape, hidden: hidden, outputs: site.classes,
                    activation: .rectified
                ).layers
            }
            return RecurrentNetwork(
                inputShape: site.shape, hidden: hidden, outputs: site.classes,
                units: Activation { make(site, $0, $0) }, readoutLeak: readout, inputGain: gain,
                dropout: dropout
            ).layers
        }
    }
}
