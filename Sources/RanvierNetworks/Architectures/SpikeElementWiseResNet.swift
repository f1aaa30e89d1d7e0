import RanvierTensors

/// Residual network whose shortcuts carry spikes.
///
///     block: y = g(units(norm(conv(units(norm(conv(x)))))), shortcut(x)),   g: add, and, iand
///
/// Where channels or size change, the shortcut is units(norm(conv1×1)). The stem is conv3×3, norm, units; three stages of n
/// blocks with w, 2w, 4w channels follow, then the global average and a linear layer. Source: Fang et al.
/// 2021 (SEW ResNet), in the form for small images.
public struct SpikeElementWiseResNet: Sendable {
    /// Blocks per stage, n.
    public var blocks: Int
    /// Channels of the first stage.
    public var channels: Int
    /// Shape of an image, `[H, W, C]`.
    public var inputShape: [Int]
    /// Number of classes.
    public var classes: Int
    /// How a block joins its branches.
    public var combination: Residual.Combination
    /// The units.
    public var activation: Activation
    /// The normalisation.
    public var normalization: NormalizationVariant

    /// A network for images.
    public init(
        blocks: Int = 3, channels: Int = 16, inputShape: [Int] = [32, 32, 3], classes: Int = 10,
        combination: Residual.Combination = .add, activation: Activation = .deepSpiking,
        normalization: NormalizationVariant = .shared
    ) {
        precondition(inputShape.count == 3, "images are [H, W, C], not \(inputShape)")
        self.blocks = blocks
        self.channels = channels
        self.inputShape = inputShape
        self.classes = classes
        self.combination = combination
        self.activation = activation
        self.normalization = normalization
    }

    private func unit(_ inputs: Int, _ outputs: Int, size: Int, stride: Int = 1) -> [any Layer] {
        ResidualStages.normalizedConvolution(
            inputs, outputs, size: size, stride: stride, normalization: normalization)
            + [activation.layer(channels: outputs)]
    }

    /// The layers in order.
    public var layers: [any Layer] {
        let stages = ResidualStages(blocks: blocks, channels: channels)
        return unit(inputShape[2], channels, size: 3)
            + stages.layers { inputs, outputs, stride in
                Residual(
                    combination: combination,
                    body: unit(inputs, outputs, size: 3, stride: stride)
                        + unit(outputs, outputs, size: 3),
                    shortcut: stride > 1 || inputs != outputs
                        ? unit(inputs, outputs, size: 1, stride: stride) : [])
            } + [GlobalAveragePool2D(), Linear(stages.outputs, classes)]
    }

    /// The network with its first weights.
    public func network(timeStep: Double = 1e-3, seed: UInt64 = 0) throws(NetworkError) -> Network {
        try Network(inputShape: inputShape, timeStep: timeStep, seed: seed, layers: layers)
    }
}
