import Foundation
import RanvierLearning

extension ThetaTrainer {
    /// What an epoch of training saw, before each step.
    public struct EpochSummary: Sendable, Equatable {
        /// Number of the epoch, from 0.
        public var epoch: Int
        /// Mean loss over the epoch.
        public var loss: Double
        /// Fraction of training samples named correctly, pseudospikes included.
        public var accuracy: Double
        /// Spikes per hidden neuron and sample.
        public var hiddenSpikesPerNeuron: Double
    }

    /// Trains for one epoch in an order and with changed pixels that depend on (seed, epoch) alone.
    ///
    /// - Parameters:
    ///   - first: the epoch from which the schedule of the learning rate counts.
    ///   - reduce: the gradient of all parameters before each update, as it comes back; nil for as it is.
    ///   - afterStep: called with the number of steps done; what it throws ends the epoch.
    /// - Throws: ``ExactError`` where the schedule or the data is illegal, or a layer reaches the event
    ///   limit; `TrainingError.nonFinite` where the loss is no number.
    public mutating func trainEpoch(
        _ epoch: Int, from first: Int = 0, on data: ThetaBatch, schedule: ThetaSchedule,
        reduce: (([Scalar]) throws -> [Scalar])? = nil, afterStep: (Int) throws -> Void = { _ in }
    ) throws -> EpochSummary {
        try schedule.validate()
        guard data.count > 0 else { throw ExactError.emptyBatch }
        var random = SplitMix64(seed: schedule.seed &* 0x9E37_79B9 &+ UInt64(epoch) << 32)
        var order = Array(0..<data.count)
        order.shuffle(using: &random)
        let bins = network.code.bins
        let steps = (data.count + schedule.batchSize - 1) / schedule.batchSize
        var loss = 0.0, right = 0.0, hidden = 0.0
        for start in stride(from: 0, to: data.count, by: schedule.batchSize) {
            var batch = data.selecting(order[start..<min(start + schedule.batchSize, data.count)])
            batch.shift(by: schedule.shift, shape: schedule.imageShape, fill: bins, using: &random)
            batch.jitter(by: schedule.jitter, bins: bins, using: &random)
            batch.flip(probability: schedule.flipProbability, bins: bins, using: &random)
            let position = Double(start / schedule.batchSize) / Double(steps)
            learningRate = schedule.learningRate(atEpoch: Double(epoch - first) + position)
            let outcome = try step(on: batch, reduce: reduce)
            guard outcome.loss.isFinite else {
                throw TrainingError.nonFinite(
                    epoch: epoch + 1, step: start / schedule.batchSize + 1,
                    loss: Float(outcome.loss), layer: nil)
            }
            let count = Double(batch.count)
            loss += outcome.loss * count
            right += outcome.accuracy(labels: batch.labels) * count
            hidden += outcome.hiddenSpikes * count
            try afterStep(start / schedule.batchSize + 1)
        }
        let count = Double(data.count)
        return EpochSummary(
            epoch: epoch, loss: loss / count, accuracy: right / count,
            hiddenSpikesPerNeuron: hidden / count / Double(max(network.hiddenCount, 1)))
    }

    /// Trains for all epochs of a schedule.
    /// - Parameter report: called after each epoch with its summary and the network.
    public mutating func fit(
        _ data: ThetaBatch, schedule: ThetaSchedule,
        report: (EpochSummary, FastThetaNetwork<Scalar>) -> Void = { _, _ in }
    ) throws {
        for epoch in 0..<schedule.epochs {
            report(try trainEpoch(epoch, on: data, schedule: schedule), network)
        }
    }
}
