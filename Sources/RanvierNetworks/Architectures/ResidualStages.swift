import RanvierTensors

/// The middle of a residual network for small images: three stages of n blocks with w, 2w and 4w channels, the
/// first block of stages 2 and 3 with stride 2.
struct ResidualStages {
    /// Blocks per stage, n.
    let blocks: Int
    /// Channels of the first stage, w.
    let channels: Int

    init(blocks: Int, channels: Int) {
        precondition(blocks > 0 && channels > 0, "a network needs blocks and channels")
        self.blocks = blocks
        self.channels = channels
    }

    /// n of a network of depth 6n + 2.
    static func blocks(depth: Int) -> Int {
        precondition(depth >= 8 && depth % 6 == 2, "the depth must be 6n + 2, not \(depth)")
        return depth / 6
    }

    /// Channels of the last stage.
    var outputs: Int { channels << 2 }

    /// The blocks in order, named `stage1.0`, …
    func layers(
        _ block: (_ inputs: Int, _ outputs: Int, _ stride: Int) -> any Layer
    ) -> [any Layer] {
        var inputs = channels
        var layers: [any Layer] = []
        for stage in 0..<3 {
            for index in 0..<blocks {
                let outputs = channels << stage, stride = stage > 0 && index == 0 ? 2 : 1
                layers.append(block(inputs, outputs, stride).named("stage\(stage + 1).\(index)"))
                inputs = outputs
            }
        }
        return layers
    }

    /// Convolution without bias whose output has the size of its input, over the stride, and its normalisation.
    static func normalizedConvolution(
        _ inputs: Int, _ outputs: Int, size: Int, stride: Int = 1,
        normalization: NormalizationVariant
    ) -> [any Layer] {
        [
            Convolution2D(
                inputs, outputs, size: size, stride: stride, padding: size / 2, hasBias: false,
                initialization: .heFanOut),
            BatchNormalization(outputs, variant: normalization),
        ]
    }
}
