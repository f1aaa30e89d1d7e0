import RanvierLearning

/// How a layered theta network is trained.
///
/// The defaults are those of Klos & Memmesheimer, arXiv:2309.14523, for MNIST.
public struct ThetaSchedule: Sendable, Equatable {
    /// Passes through the training set.
    public var epochs = 100
    /// Samples per step; the last batch of an epoch may be smaller.
    public var batchSize = 1000
    /// Step size η at the start.
    public var learningRate = 4e-3
    /// How it falls.
    public var rates = LearningRateSchedule.decay(epochs: 100)
    /// Probability with which a pixel's bin b becomes B − b for one presentation.
    public var flipProbability = 0.02
    /// Largest number of bins by which a spike comes earlier or later in one presentation.
    public var jitter = 0
    /// Largest shift of an image in both directions, in pixels; needs `imageShape`.
    public var shift = 0
    /// Height, width and channels of the samples.
    public var imageShape: [Int] = []
    /// Seed of order, flips, jitter and shifts.
    public var seed: UInt64 = 1

    /// The published schedule.
    public init() {}

    func validate() throws(ExactError) {
        try ExactError.require("epochs", Double(epochs), above: 0)
        try ExactError.require("batchSize", Double(batchSize), above: 0)
        try ExactError.require("learningRate", learningRate, above: 0)
        try ExactError.require("flipProbability", flipProbability, in: 0...1)
        try ExactError.require("jitter", Double(jitter), in: 0...254)
        try ExactError.require("shift", Double(shift), in: 0...Double(Int32.max))
        guard shift > 0 else { return }
        try ExactError.require("imageShape", count: imageShape.count, equals: 3)
    }

    /// Step size of a (fractional) epoch.
    public func learningRate(atEpoch epoch: Double) -> Double {
        learningRate * rates.factor(epoch: epoch, of: epochs)
    }
}
