import Foundation

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
    /// Epochs over which the step size falls by a factor e: η exp(−epoch/decay).
    public var decayEpochs = 100.0
    /// Probability with which a pixel's bin b becomes B − b for one presentation.
    public var flipProbability = 0.02
    /// Seed of order and flips.
    public var seed: UInt64 = 1

    /// The published schedule.
    public init() {}

    func validate() throws(ExactError) {
        try ExactError.require("epochs", Double(epochs), above: 0)
        try ExactError.require("batchSize", Double(batchSize), above: 0)
        try ExactError.require("learningRate", learningRate, above: 0)
        try ExactError.require("decayEpochs", decayEpochs, above: 0)
        try ExactError.require("flipProbability", flipProbability, in: 0...1)
    }

    /// Step size of a (fractional) epoch.
    public func learningRate(atEpoch epoch: Double) -> Double {
        learningRate * exp(-epoch / decayEpochs)
    }
}
