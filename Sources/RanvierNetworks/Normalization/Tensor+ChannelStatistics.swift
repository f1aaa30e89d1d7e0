import RanvierTensors

extension Tensor {
    /// Mean and sum of squared deviations of each channel of a sequence `[T, …, C]`, for each step or over all steps; in double
    /// precision, with the same bits on any number of threads.
    package func channelStatistics(
        perStep: Bool
    ) -> [(mean: [Double], squares: [Double])] {
        ChannelSums(shape).moments(of: detached.dense.denseBuffer, perStep: perStep)
    }
}
