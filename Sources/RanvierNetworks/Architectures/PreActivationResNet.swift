import RanvierTensors

/// Residual network of depth 6n + 2 whose units come before the convolutions, spiking or rectified.
///
///     conv3×3 (no bias), norm
///     3 stages of n blocks with w, 2w, 4w channels; the first block of stages 2 and 3 has stride 2
///     units, global average, linear
///
/// The blocks are those of ``PreActivationBlock``. Source: He et al. 2016 (identity mappings) in the form that
/// Li et al. 2023 study. The spiking network gives logits at every step; their mean over time is the prediction.
///
/// Layers are named `conv1`, `bn`, `stage1.0.act1`, … `actFinal`, `avgpool`, `fc`; what observers see in
/// that order, without `fc`, are the 21n + 10 feature maps that representation analysis compares.
public struct PreActivationResNet: Sendable {
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
    /// Whether blocks add their input; without, they have no projection either.
    public var isResidual: Bool
    /// What an identity shortcut carries.
    public var shortcut: PreActivationBlock.Shortcut
    /// How many of the three stages, from the first, run at the first step alone; see ``FirstStep``.
    public var staticStages = 0
    /// Added to the variance in the normalisation.
    public var normalizationEpsilon = 1e-5

    /// A network for images.
    ///
    /// - Parameters:
    ///   - depth: 6n + 2.
    ///   - width: multiplier of the 16 channels of the first stage.
    public init(
        depth: Int = 20, width: Int = 1, inputShape: [Int] = [32, 32, 3], classes: Int = 10,
        activation: Activation = .deepSpiking, normalization: NormalizationVariant = .shared,
        isResidual: Bool = true, shortcut: PreActivationBlock.Shortcut = .preActivation
    ) {
        self.init(
            blocks: ResidualStages.blocks(depth: depth), channels: 16 * width,
            inputShape: inputShape, classes: classes, activation: activation,
            normalization: normalization, isResidual: isResidual, shortcut: shortcut)
    }

    /// A network with any number of blocks and channels.
    public init(
        blocks: Int, channels: Int, inputShape: [Int], classes: Int,
        activation: Activation = .deepSpiking, normalization: NormalizationVariant = .shared,
        isResidual: Bool = true, shortcut: PreActivationBlock.Shortcut = .preActivation
    ) {
        precondition(inputShape.count == 3, "images are [H, W, C], not \(inputShape)")
        self.blocks = blocks
        self.channels = channels
        self.inputShape = inputShape
        self.classes = classes
        self.activation = activation
        self.normalization = normalization
        self.isResidual = isResidual
        self.shortcut = shortcut
    }

    /// The layers in order.
    public var layers: [any Layer] {
        let stages = ResidualStages(blocks: blocks, channels: channels)
        return [
            Convolution2D(
                inputShape[2], channels, size: 3, padding: 1, hasBias: false,
                initialization: .heFanOut
            ).named("conv1"),
            BatchNormalization(
                channels, variant: normalization, epsilon: normalizationEpsilon
            ).named("bn"),
        ]
            + stages.layers { inputs, outputs, stride in
                let block = PreActivationBlock(
                    inputs, outputs, stride: stride, activation: activation,
                    normalization: normalization, normalizationEpsilon: normalizationEpsilon,
                    isResidual: isResidual, shortcut: shortcut)
                // Channels double from stage to stage.
                return outputs < channels << staticStages ? FirstStep(block) : block
            } + [
                activation.layer(channels: stages.outputs).named("actFinal"),
                GlobalAveragePool2D().named("avgpool"),
                Linear(stages.outputs, classes).named("fc"),
            ]
    }

    /// The network with its first weights: convolutions normal with deviation √(2/fan-out), linear layer
    /// uniform in ±1/√fan-in.
    public func network(timeStep: Double = 1e-3, seed: UInt64 = 0) throws(NetworkError) -> Network {
        try Network(inputShape: inputShape, timeStep: timeStep, seed: seed, layers: layers)
    }
}
