/// Samples of binned pixels with labels.
public struct ThetaBatch: Sendable {
    /// `[B][inputs]` bins, row by row; a value of `bins` is silent.
    public var pixels: [UInt8]
    /// `[B]` classes.
    public var labels: [Int32]
    /// Number of inputs of a sample.
    public let inputs: Int

    /// Number of samples B.
    public var count: Int { labels.count }

    /// Creates a batch. Throws where the pixels do not make whole samples, one per label.
    public init(pixels: [UInt8], labels: [Int32], inputs: Int) throws(ExactError) {
        try ExactError.require(
            "pixels of a batch", count: pixels.count, equals: labels.count * inputs)
        self.pixels = pixels
        self.labels = labels
        self.inputs = inputs
    }

    /// The batch of images of bytes under a code.
    public init(
        images: [UInt8], labels: [Int32], inputs: Int, code: LatencyCode
    ) throws(ExactError) {
        let table = (0...255).map { code.bin(of: Float($0) / 255) }
        try self.init(pixels: images.map { table[Int($0)] }, labels: labels, inputs: inputs)
    }

    /// The first spikes of each channel of rasters: input k · channels + c is spike k of channel c, its bin
    /// the step; what a channel lacks is silent.
    ///
    /// Throws where the values do not make whole rasters `[steps][channels]`, one per label.
    public init(
        rasters: [Float], labels: [Int32], steps: Int, channels: Int, spikesPerChannel: Int
    ) throws(ExactError) {
        let size = steps * channels, inputs = channels * spikesPerChannel
        try ExactError.require(
            "values of rasters", count: rasters.count, equals: labels.count * size)
        var pixels = [UInt8](repeating: UInt8(steps), count: labels.count * inputs)
        for sample in labels.indices {
            for channel in 0..<channels {
                var spike = 0
                for step in 0..<steps where spike < spikesPerChannel {
                    guard rasters[sample * size + step * channels + channel] > 0 else { continue }
                    pixels[sample * inputs + spike * channels + channel] = UInt8(step)
                    spike += 1
                }
            }
        }
        try self.init(pixels: pixels, labels: labels, inputs: inputs)
    }

    /// The samples at `indices`.
    public func selecting(_ indices: some Collection<Int>) -> ThetaBatch {
        var copy = self
        copy.pixels.removeAll(keepingCapacity: true)
        copy.labels.removeAll(keepingCapacity: true)
        for index in indices {
            copy.pixels += pixels[index * inputs..<(index + 1) * inputs]
            copy.labels.append(labels[index])
        }
        return copy
    }
}
