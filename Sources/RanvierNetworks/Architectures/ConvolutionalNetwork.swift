import RanvierTensors

/// Convolutions with pooling and units between them, then linear layers: small convolutional networks and
/// those of the VGG family.
public struct ConvolutionalNetwork: Sendable {
    /// One element of the convolutional part.
    public enum Unit: Sendable, Hashable {
        /// A convolution to a number of channels, followed by normalisation (if any) and units.
        case convolution(channels: Int, size: Int = 3, padding: Int = 1)
        /// The same with max pooling between convolution and units.
        case pooledConvolution(channels: Int, size: Int, padding: Int = 0)
        /// Average pooling over windows of a size.
        case averagePool(Int)
        /// Max pooling over windows of a size.
        case maxPool(Int)
    }

    /// Shape of an image, `[H, W, C]`.
    public var inputShape: [Int]
    /// The convolutional part.
    public var units: [Unit]
    /// Widths of the hidden linear layers behind it.
    public var hidden: [Int]
    /// Number of outputs.
    public var outputs: Int
    /// The units.
    public var activation: Activation
    /// Normalisation behind each convolution; nil: none, and convolutions have a bias.
    public var normalization: NormalizationVariant?
    /// Whether the outputs pass through units, too.
    public var endsInActivation: Bool
    /// Probability of dropout before each linear layer.
    public var dropout: Float

    /// A network for images.
    public init(
        inputShape: [Int], units: [Unit], hidden: [Int] = [], outputs: Int,
        activation: Activation = .deepSpiking, normalization: NormalizationVariant? = .shared,
        endsInActivation: Bool = false, dropout: Float = 0
    ) {
        precondition(inputShape.count == 3, "images are [H, W, C], not \(inputShape)")
        self.inputShape = inputShape
        self.units = units
        self.hidden = hidden
        self.outputs = outputs
        self.activation = activation
        self.normalization = normalization
        self.endsInActivation = endsInActivation
        self.dropout = dropout
    }

    /// Two convolutions of 12 and 64 channels, window 5, each with max pooling before its units, and a linear layer
    /// with units: the small network that tutorials of the field train on digits.
    public static func digits(
        inputShape: [Int] = [28, 28, 1], outputs: Int = 10, activation: Activation
    ) -> ConvolutionalNetwork {
        ConvolutionalNetwork(
            inputShape: inputShape,
            units: [
                .pooledConvolution(channels: 12, size: 5),
                .pooledConvolution(channels: 64, size: 5),
            ], outputs: outputs, activation: activation, normalization: nil, endsInActivation: true)
    }

    /// VGG-16 with average pooling and one linear layer: 64, 64, P, 128, 128, P, 256 ×3, P, 512 ×3, P, 512 ×3, P.
    ///
    /// Source: Simonyan & Zisserman 2015.
    public static func vgg16(
        inputShape: [Int] = [32, 32, 3], outputs: Int = 10, activation: Activation = .deepSpiking,
        normalization: NormalizationVariant = .shared
    ) -> ConvolutionalNetwork {
        vgg(
            [[64, 64], [128, 128], [256, 256, 256], [512, 512, 512], [512, 512, 512]],
            inputShape: inputShape, outputs: outputs, activation: activation,
            normalization: normalization)
    }

    /// The smaller VGG for event frames: 64, 128, P, 256, 256, P, 512, 512, P, 512, 512, P.
    ///
    /// Source: Deng et al. 2022 (TET).
    public static func eventVGG(
        inputShape: [Int] = [48, 48, 2], outputs: Int = 10, activation: Activation = .deepSpiking,
        normalization: NormalizationVariant = .shared
    ) -> ConvolutionalNetwork {
        vgg(
            [[64, 128], [256, 256], [512, 512], [512, 512]], inputShape: inputShape,
            outputs: outputs, activation: activation, normalization: normalization)
    }

    /// A network of the VGG family: stages of 3 × 3 convolutions, each ended by average pooling, and one linear layer.
    ///
    /// - Parameter stages: channels of the convolutions, stage by stage; every stage halves the sides of the image.
    public static func vgg(
        _ stages: [[Int]], inputShape: [Int], outputs: Int,
        activation: Activation = .deepSpiking, normalization: NormalizationVariant = .shared
    ) -> ConvolutionalNetwork {
        let units = stages.flatMap { stage in
            stage.map { Unit.convolution(channels: $0) } + [.averagePool(2)]
        }
        return ConvolutionalNetwork(
            inputShape: inputShape, units: units, outputs: outputs, activation: activation,
            normalization: normalization)
    }

    /// The layers in order.
    ///
    /// - Throws: ``ShapeMismatch`` where an image is too small for the windows.
    public func layers() throws(ShapeMismatch) -> [any Layer] {
        var layers: [any Layer] = []
        var channels = inputShape[2]
        for unit in units {
            layers += self.layers(of: unit, channels: &channels)
        }
        var width = try LayerChain(layers).outputShape(for: inputShape).elementCount
        layers.append(Flatten())
        for next in hidden {
            if dropout > 0 { layers.append(Dropout(dropout)) }
            layers += [Linear(width, next), activation.layer(channels: next)]
            width = next
        }
        if dropout > 0 { layers.append(Dropout(dropout)) }
        layers.append(Linear(width, outputs))
        return layers + (endsInActivation ? [activation.layer(channels: outputs)] : [])
    }

    private func layers(of unit: Unit, channels: inout Int) -> [any Layer] {
        switch unit {
        case .averagePool(let size): return [AveragePool2D(size)]
        case .maxPool(let size): return [MaxPool2D(size)]
        case .convolution(let next, let size, let padding):
            defer { channels = next }
            return convolution(channels, next, size, padding)
                + [activation.layer(channels: next)]
        case .pooledConvolution(let next, let size, let padding):
            defer { channels = next }
            return convolution(channels, next, size, padding)
                + [MaxPool2D(2), activation.layer(channels: next)]
        }
    }

    private func convolution(
        _ inputs: Int, _ outputs: Int, _ size: Int, _ padding: Int
    ) -> [any Layer] {
        let isNormalized = normalization != nil
        let synapses = Convolution2D(
            inputs, outputs, size: size, padding: padding, hasBias: !isNormalized,
            initialization: isNormalized ? .heFanOut : .uniform())
        guard let normalization else { return [synapses] }
        return [synapses, BatchNormalization(outputs, variant: normalization)]
    }

    /// The network with its first weights.
    public func network(timeStep: Double = 1e-3, seed: UInt64 = 0) throws(NetworkError) -> Network {
        let made: [any Layer]
        do {
            made = try layers()
        } catch {
            throw .layer(name: "convolutional part", kind: "conv2d", mismatch: error)
        }
        return try Network(
            inputShape: inputShape, timeStep: timeStep, seed: seed, layers: made)
    }
}
