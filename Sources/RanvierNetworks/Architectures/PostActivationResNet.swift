import RanvierTensors

/// Residual network of depth 6n + 2 whose units come after the sums, so that shortcuts carry spikes.
///
///     conv3×3 (no bias), norm, units
///     3 stages of n blocks with w, 2w, 4w channels; the first block of stages 2 and 3 has stride 2
///     global average, linear
///
///     block: y = units(norm(conv3×3(units(norm(conv3×3(x))))) + shortcut(x))
///
/// The shortcut is the input itself, or norm(conv1×1(x)) where channels or size change. Source: He et al. 2015 in the
/// form for small images; spiking after Zheng et al. 2021. The spiking network gives logits at every
/// step; their mean over time is the prediction.
public struct PostActivationResNet: Sendable {
    /// Blocks per stage, n.
    public var blocks: Int
    /// Channels of the first stage: 16 times the width multiplier.
    public var channels: Int
    /// Features of an image, `[H, W, C]`.
    public var inputShape: [Int]
    /// Number of classes.
    public var classes: Int
    /// The units.
    public var activation: Activation
    /// The normalisation; the ends of branches that are summed get α/√2 in tdBN.
    public var normalization: NormalizationVariant

    /// A network for images.
    ///
    /// - Parameters:
    ///   - depth: 6n + 2.
    ///   - width: multiplier of the 16 channels of the first stage.
    public init(
        depth: Int = 20, width: Int = 1, inputShape: [Int] = [32, 32, 3], classes: Int = 10,
        activation: Activation = .deepSpiking, normalization: NormalizationVariant = .shared
    ) {
        self.init(
            blocks: ResidualStages.blocks(depth: depth), channels: 16 * width,
            inputShape: inputShape, classes: classes, activation: activation,
            normalization: normalization)
    }

    /// A network with any number of blocks and channels.
    public init(
        blocks: Int, channels: Int, inputShape: [Int], classes: Int,
        activation: Activation = .deepSpiking, normalization: NormalizationVariant = .shared
    ) {
        precondition(inputShape.count == 3, "images are [H, W, C], not \(inputShape)")
        self.blocks = blocks
        self.channels = channels
        self.inputShape = inputShape
        self.classes = classes
        self.activation = activation
        self.normalization = normalization
    }

    /// The layers in order.
    public var layers: [any Layer] {
        let stages = ResidualStages(blocks: blocks, channels: channels)
        return ResidualStages.normalizedConvolution(
            inputShape[2], channels, size: 3, normalization: normalization)
            + [activation.layer(channels: channels)]
            + stages.layers { block($0, $1, stride: $2) }
            + [GlobalAveragePool2D(), Linear(stages.outputs, classes)]
    }

    private func block(_ inputs: Int, _ outputs: Int, stride: Int) -> any Layer {
        let body =
            ResidualStages.normalizedConvolution(
                inputs, outputs, size: 3, stride: stride, normalization: normalization)
            + [activation.layer(channels: outputs)]
            + ResidualStages.normalizedConvolution(
                outputs, outputs, size: 3, normalization: normalization.endOfBranch)
        let changes = stride > 1 || inputs != outputs
        let shortcut =
            changes
            ? ResidualStages.normalizedConvolution(
                inputs, outputs, size: 1, stride: stride,
                normalization: normalization.endOfBranch) : []
        return Sequential([
            Residual(body: body, shortcut: shortcut), activation.layer(channels: outputs),
        ])
    }

    /// The network with its first weights: convolutions normal with deviation √(2/fan-out), linear layer
    /// uniform in ±1/√fan-in.
    public func network(timeStep: Double = 1e-3, seed: UInt64 = 0) throws(NetworkError) -> Network {
        try Network(inputShape: inputShape, timeStep: timeStep, seed: seed, layers: layers)
    }
}
