import Foundation
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// The training loop of clocked networks: batches, gradients, optimiser, validation, early stop, resume.
///
///     var trainer = Trainer(network, loss: .crossEntropy(of: .meanMembrane), optimizer: Adam())
///     try trainer.fit(digits.train, encoding: .direct(steps: 25, timeStep: 1e-3), epochs: 30)
///
/// The result depends on the seed alone: not on the number of threads, and not on whether the run was
/// stopped after an epoch and resumed from its ``TrainingState``.
public struct Trainer {
    /// The network that is trained, in place.
    public let network: Network
    /// What is minimised.
    public let loss: Loss
    /// How weights move.
    public var optimizer: any Optimizer
    /// How the learning rate changes.
    public var schedule: LearningRateSchedule
    /// Limits on gradients.
    public var clipping: GradientClipping
    /// Random numbers of shuffling, encoding and augmentation.
    public var seed: UInt64
    /// Random changes of the training samples; nil for none.
    public var augmentation: Augmentation?
    /// Steps through which gradients flow back; nil for all.
    ///
    /// With fewer steps than a sequence has, it is cut into parts of so many, whose losses and gradients add
    /// up; memory is that of one part. See ``Network/truncatedValueAndGradients(over:window:in:loss:)``.
    public var truncation: Int?
    /// Called after each epoch, and asked between batches whether to stop.
    public var observer: any TrainingObserver

    private let health = HealthMonitor()

    /// A trainer.
    public init(
        _ network: Network, loss: Loss, optimizer: any Optimizer,
        schedule: LearningRateSchedule = .constant, clipping: GradientClipping = .none,
        seed: UInt64 = 0, augmentation: Augmentation? = nil,
        observer: any TrainingObserver = SilentObserver()
    ) {
        self.network = network
        self.loss = loss
        self.optimizer = optimizer
        self.schedule = schedule
        self.clipping = clipping
        self.seed = seed
        self.augmentation = augmentation
        self.observer = observer
    }

    /// Trains for a number of epochs.
    ///
    /// - Parameters:
    ///   - data: training samples.
    ///   - encoding: how values become sequences; its time step must be the network's.
    ///   - epochs: passes over the data, counted from the beginning of the run, resumed or not.
    ///   - batchSizes: samples per step; the last batch of an epoch may be smaller.
    ///   - validation: samples that are only watched.
    ///   - earlyStop: when to stop before the last epoch.
    ///   - state: where to go on from; nil to begin.
    /// - Returns: the state after the last epoch, with a report of each.
    /// - Throws: ``TrainingError``, or the encoder's error.
    @discardableResult
    public mutating func fit(
        _ data: Dataset, encoding: any SpikeEncoder, epochs: Int, batchSizes: BatchSizes = 32,
        validation: Dataset? = nil, earlyStop: EarlyStop? = nil, from state: TrainingState? = nil
    ) throws -> TrainingState {
        try check(data, encoding)
        var current = state ?? TrainingState()
        if let state { optimizer.restore(state: state.optimizerState, stepCount: state.stepCount) }
        var stopper = EarlyStop.Progress(rule: earlyStop, history: current.reports)
        while current.completedEpochs < epochs, !stopper.isDone {
            let epoch = current.completedEpochs
            let batchSize = batchSizes.size(epoch: epoch, of: epochs)
            var report = try runEpoch(epoch, of: epochs, data, encoding, batchSize)
            if let validation {
                let model = ClockedModel(
                    network: network, encoder: encoding, loss: loss, batchSize: batchSize)
                let measured = try model.scores(on: validation, observer: observer)
                report.validationLoss = measured.loss
                report.validationAccuracy = measured.accuracy
            }
            current.reports.append(report)
            stopper.take(report, parameters: network.parameters)
            current.optimizerState = optimizer.state
            current.stepCount = optimizer.stepCount
            current.best = stopper.best ?? current.best
            try observer.didFinish(report, state: current, parameters: network.values)
        }
        if earlyStop?.restoresBest == true, let best = current.best {
            for parameter in network.parameters {
                if let value = best[parameter.name] { parameter.value = value }
            }
        }
        return current
    }

    private func check(_ data: Dataset, _ encoding: any SpikeEncoder) throws {
        let shape = try encoding.featureShape(ofSample: data.featureShape)
        guard shape.elementCount == network.inputShape.elementCount else {
            throw TrainingError.mismatch(
                what: "input of the network", expected: "features of shape \(network.inputShape)",
                found: "samples of \(data.name) with shape \(shape)")
        }
        guard network.outputShape == [data.classCount] else {
            throw TrainingError.mismatch(
                what: "output of the network",
                expected: "[\(data.classCount)], one per class of "
                    + data.name, found: "\(network.outputShape)")
        }
        guard abs(encoding.timeStep - network.timeStep) <= 1e-9 * network.timeStep else {
            throw TrainingError.mismatch(
                what: "time step", expected: "\(network.timeStep) s, as in the network",
                found: "\(encoding.timeStep) s in the encoding")
        }
    }

    private mutating func runEpoch(
        _ epoch: Int, of epochs: Int, _ data: Dataset, _ encoding: any SpikeEncoder,
        _ batchSize: Int
    ) throws -> EpochReport {
        let start = ContinuousClock.now
        let batches = Batches(data, size: batchSize, seed: seed, epoch: epoch)
        let stream = RandomStream(seed: seed, name: "encoder")
        var lossSum = 0.0, correct = 0, factor = 1.0
        for (step, batch) in batches.enumerated() {
            if observer.shouldStop {
                throw TrainingError.interrupted(epoch: epoch + 1, lastCompletedEpoch: epoch)
            }
            let progress = Double(epoch) + Double(step) / Double(batches.count)
            factor = schedule.factor(epoch: progress, of: epochs)
            let features =
                augmentation?(
                    batch.features,
                    from: RandomStream(seed: seed, name: "augmentation").substream(epoch)
                        .substream(step)) ?? batch.features
            let sequence = try encoding.encode(
                features,
                at: EncodingPosition(stream: stream, epoch: epoch, samples: batch.indices))
            let result = try takeStep(
                sequence, labels: batch.labels, epoch: epoch, step: step, rateFactor: Float(factor))
            lossSum += Double(result.loss) * Double(batch.count)
            correct += result.correct
            observer.didFinishStep(step + 1, of: batches.count, epoch: epoch + 1, of: epochs)
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        return EpochReport(
            epoch: epoch + 1, trainingLoss: lossSum / Double(data.count),
            trainingAccuracy: Double(correct) / Double(data.count), seconds: seconds,
            learningRate: Double(optimizer.learningRate) * factor,
            warnings: try health.check(network, data, encoding))
    }

    /// One step of the optimiser on one batch: the unit that `bench` times.
    ///
    /// - Parameters:
    ///   - sequence: `[T, B, features…]`.
    ///   - epoch: from 0, for messages.
    ///   - step: from 0, for messages.
    /// - Returns: the loss before the step, and how many samples of the batch were classified rightly.
    public mutating func takeStep(
        _ sequence: Tensor, labels: [Int], epoch: Int = 0, step: Int = 0, rateFactor: Float = 1
    ) throws -> (loss: Float, correct: Int) {
        let context = ForwardContext(
            timeStep: network.timeStep, isTraining: true,
            random: RandomStream(seed: seed, name: "forward").substream(epoch).substream(step))
        var outputs: [Tensor] = []
        var culprit: String?
        let (value, gradients) = valueAndGradients(of: sequence, in: context) { output in
            outputs.append(output.detached)
            let value = loss.value(ofPart: output, of: sequence.shape[0], labels: labels)
            if !value.isFinite { culprit = value.firstLayerWithNonFiniteGradient() }
            return value
        }
        guard value.isFinite, gradients.allSatisfy(\.isFinite) else {
            let broken = Array(zip(network.trainableParameters, gradients)).last { !$0.1.isFinite }
            throw TrainingError.nonFinite(
                epoch: epoch + 1, step: step + 1, loss: value.scalar,
                layer: culprit ?? broken.map { Self.layerName(of: $0.0) })
        }
        optimizer.update(
            network.trainableParameters, gradients: clipping.apply(to: gradients),
            rateFactor: rateFactor)
        let output = outputs.count == 1 ? outputs[0] : Tensor.concatenate(outputs)
        let predicted = loss.decoder.predictedClasses(of: output)
        return (value.scalar, zip(predicted, labels).count { $0 == $1 })
    }

    private func valueAndGradients(
        of sequence: Tensor, in context: ForwardContext, loss: (_ output: Tensor) -> Tensor
    ) -> (loss: Tensor, gradients: [Tensor]) {
        guard let truncation, truncation < sequence.shape[0] else {
            return network.valueAndGradients { loss(network(sequence, in: context)) }
        }
        return network.truncatedValueAndGradients(
            over: sequence, window: truncation, in: context
        ) { output, _ in loss(output) }
    }

    private static func layerName(of parameter: Parameter) -> String {
        parameter.name.split(separator: ".").first.map(String.init) ?? parameter.name
    }
}
