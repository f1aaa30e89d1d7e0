import Foundation
import RanvierConfiguration
import RanvierData
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// Training of a clocked model in steps of an optimiser: samples, batches, encoding, loss, updates.
///
/// It is what methods that move clocked networks share; how the gradients of a batch come to be is theirs, see
/// ``takeStep(_:gradients:)``. The network of the model is trained in place. The result depends on the seed alone.
public struct ClockedTraining {
    /// Network, encoder and loss.
    public package(set) var clockedModel: ClockedModel
    /// How weights move.
    public var optimizer: any Optimizer
    /// The same before its first step.
    let firstOptimizer: any Optimizer
    /// Whether normalisations were frozen when the method was made.
    let alwaysFreezes: Bool
    /// How the learning rate changes.
    public var schedule: LearningRateSchedule
    /// Limits on gradients.
    public var clipping: GradientClipping
    /// Samples per step; the last batch of an epoch may be smaller.
    public var batchSizes: BatchSizes
    /// Random numbers of shuffling, encoding and augmentation.
    public var seed: UInt64
    /// Random changes of the training samples; nil for none.
    public var augmentation: Augmentation?
    /// Steps through which gradients flow back; nil for all.
    ///
    /// With fewer steps than a sequence has, it is cut into parts of so many, whose losses and gradients add
    /// up; memory is that of one part. See ``Network/truncatedValueAndGradients(over:window:in:loss:)``.
    public var truncation: Int?
    /// By how much the loss of a sample counts, according to its class. They act in training alone: measured losses are plain.
    public var classWeights = ClassWeights.none
    /// The factor of each class, known once the samples are; nil where all are alike.
    private var classFactors: [Float]?
    /// Bytes that training may use; the memory of the machine unless set.
    public var memoryLimit = Int(ProcessInfo.processInfo.physicalMemory)

    private let health = HealthMonitor()

    /// Trains a model.
    public init(
        _ model: ClockedModel, optimizer: any Optimizer = Adam(),
        schedule: LearningRateSchedule = .constant, clipping: GradientClipping = .none,
        batchSizes: BatchSizes = 32, seed: UInt64 = 0, augmentation: Augmentation? = nil
    ) {
        clockedModel = model
        self.optimizer = optimizer
        firstOptimizer = optimizer
        alwaysFreezes = model.network.freezesNormalization
        self.schedule = schedule
        self.clipping = clipping
        self.batchSizes = batchSizes
        self.seed = seed
        self.augmentation = augmentation
    }

    private var network: Network { clockedModel.network }
    private var encoder: any SpikeEncoder { clockedModel.encoder }

    /// Takes over stored parameters of the network.
    public mutating func restoreModel(_ parameters: [String: Tensor]) throws {
        try clockedModel.restore(parameters)
    }

    /// Tensors of the optimiser, and its steps.
    public var state: (tensors: [String: Tensor], steps: Int) {
        (optimizer.state, optimizer.stepCount)
    }

    /// Takes over a stored state of the optimiser.
    ///
    /// - Throws: ``TrainingStateError`` where it is none of this optimiser for this network.
    public mutating func restore(state: [String: Tensor], steps: Int) throws {
        try optimizer.requireFit(of: state, steps: steps, for: network.trainableParameters)
        optimizer.restore(state: state, stepCount: steps)
    }

    /// From two small steps of training; the samples are not counted.
    public func predictPeakMemory() throws -> Int? {
        let prediction = network.predictedMemory(
            steps: min(encoder.steps, truncation ?? encoder.steps),
            isConstantInput: encoder.form == .constant,
            optimizerSlots: optimizer.valuesPerWeight)
        try prediction.check(batch: batchSizes.largest, available: memoryLimit)
        return prediction.peakBytes(batch: batchSizes.largest)
    }

    /// What the layers find doubtful about their options.
    public func doubts(about data: Dataset) -> [String] {
        clockedModel.family == .spiking ? network.doubts(steps: encoder.steps) : []
    }

    // MARK: - Epochs

    /// Checks shapes, task and steps against the samples. A model that has not seen data takes over their names.
    public mutating func prepare(for data: Dataset) throws {
        if !clockedModel.hasSeenData {
            guard let task: any LearningTask = Classification(of: data) ?? Regression(of: data)
            else {
                throw TrainingError.mismatch(
                    what: "targets of \(data.name)", expected: "classes or values", found: "none")
            }
            clockedModel.signature = ModelSignature(of: data, task: task)
        }
        try clockedModel.signature.task.requireFit(of: data)
        let shape = try encoder.featureShape(ofSample: data.featureShape)
        guard shape.elementCount == network.inputShape.elementCount else {
            throw TrainingError.mismatch(
                what: "input of the network", expected: "features of shape \(network.inputShape)",
                found: "samples of \(data.name) with shape \(shape)")
        }
        let outputs = clockedModel.signature.task.outputNames.count
        guard network.outputShape == [outputs] else {
            throw TrainingError.mismatch(
                what: "output of the network",
                expected: "[\(outputs)], one per class or value of \(data.name)",
                found: "\(network.outputShape)")
        }
        try requireBatches(of: data.count)
        guard abs(encoder.timeStep - network.timeStep) <= 1e-9 * network.timeStep else {
            throw TrainingError.mismatch(
                what: "time step",
                expected: "\(NumberText.milliseconds(network.timeStep)), as in the network",
                found: "\(NumberText.milliseconds(encoder.timeStep)) in the encoder")
        }
        try encoder.requireTimeStep(of: data)
        let loss = clockedModel.loss
        guard loss.accepts(clockedModel.signature.task.trainingTargets(data.targets.subset([0])))
        else {
            throw TrainingError.mismatch(
                what: "loss '\(type(of: loss).kind)'",
                expected: "a loss for the task '\(clockedModel.signature.task.element.kind)' of "
                    + data.name, found: "one that cannot be taken of its targets")
        }
        classFactors = try classWeights.factors(for: data)
        guard classFactors != nil else { return }
        let probe = Tensor.zeros([1, 1, outputs])
        guard loss.value(of: probe, targets: data.targets.subset([0]), weights: [1]) != nil else {
            throw TrainingError.mismatch(
                what: "class-weights", expected: "a loss that can weight samples",
                found: "'\(type(of: loss).kind)'; leave the key out or take another loss")
        }
    }

    /// Fewest samples of a batch, and the layer that asks for them.
    private var smallestBatch: (samples: Int, layer: String) {
        network.smallestBatch(
            signal: clockedModel.signal(), steps: min(encoder.steps, truncation ?? encoder.steps))
    }

    /// Refuses batches in which a layer could not tell a variance.
    ///
    /// - Throws: ``TrainingError/mismatch(what:expected:found:)``.
    func requireBatches(of count: Int) throws(TrainingError) {
        let needed = smallestBatch
        let smallest = min(batchSizes.sizes.reduce(count, min), count)
        guard smallest < needed.samples else { return }
        throw .mismatch(
            what: "training.batch-size",
            expected: "at least \(needed.samples) samples, because layer '\(needed.layer)' "
                + "normalises by the variance of a batch and a sample has one value per channel "
                + "(take larger batches, or leave the normalisation out)",
            found: "batches of \(smallest)")
    }

    /// One pass over the samples in an order of its own.
    ///
    /// - Parameter take: takes a step on a batch and hands back what ``takeStep(_:gradients:)`` does.
    public mutating func epoch(
        _ epoch: Int, in part: Range<Int>, on data: Dataset, hooks: Hooks,
        step take: (inout ClockedTraining, TrainingBatch) throws -> (loss: Float, scores: Tensor)
    ) throws -> EpochReport {
        let start = ContinuousClock.now, (place, length) = (epoch - part.lowerBound, part.count)
        try network.requireSharedSteps()
        let task = clockedModel.signature.task
        // A rest too small for the statistics of a normalisation would leave them far off.
        let batches = Batches(
            data, size: batchSizes.size(epoch: place, of: length), seed: seed, epoch: epoch,
            smallest: smallestBatch.samples)
        let stream = RandomStream(seed: seed, name: "encoder")
        var sums: [String: Double] = [:], factor = 1.0
        for (step, batch) in batches.enumerated() {
            if hooks.shouldStop() {
                throw TrainingError.interrupted(epoch: epoch + 1, lastCompletedEpoch: epoch)
            }
            let progress = Double(place) + Double(step) / Double(batches.count)
            factor = schedule.factor(epoch: progress, of: length)
            let features =
                augmentation?(
                    batch.features,
                    from: RandomStream(seed: seed, name: "augmentation").substream(epoch)
                        .substream(step)) ?? batch.features
            let sequence = try encoder.encode(
                features,
                at: EncodingPosition(stream: stream, epoch: epoch, samples: batch.indices))
            let result = try take(
                &self,
                TrainingBatch(
                    sequence, targets: task.trainingTargets(batch.targets), epoch: epoch,
                    step: step,
                    rateFactor: Float(factor), hooks: hooks))
            sums["loss", default: 0] += Double(result.loss) * Double(batch.count)
            if let measure = task.progress(of: result.scores, against: batch.targets) {
                sums[measure.name, default: 0] += measure.value * Double(batch.count)
            }
            hooks.didFinishStep(step + 1, batches.count)
        }
        return EpochReport(
            epoch: epoch + 1, training: sums.mapValues { $0 / Double(data.count) },
            seconds: (ContinuousClock.now - start) / .seconds(1),
            learningRate: Double(optimizer.learningRate) * factor,
            warnings: try health.check(network, data, encoder))
    }

    /// One step of the optimiser on one batch: the unit that `bench` times.
    ///
    /// - Parameter gradients: those of the network's trainable parameters, in order; the loss is to be taken of the output by
    ///   ``TrainingPass/loss(of:)``, once or part by part.
    /// - Returns: the loss before the step, and the scores `[B, outputs]` that it was taken of.
    public mutating func takeStep(
        _ batch: TrainingBatch, gradients take: (TrainingPass) throws -> [Tensor]
    ) throws -> (loss: Float, scores: Tensor) {
        let pass = pass(over: batch)
        let gradients = try take(pass)
        guard pass.value.isFinite, gradients.allSatisfy(\.isFinite) else {
            let broken = Array(zip(network.trainableParameters, gradients)).last { !$0.1.isFinite }
            throw TrainingError.nonFinite(
                epoch: batch.epoch + 1, step: batch.step + 1, loss: pass.value,
                layer: pass.culprit ?? broken.map { Self.layerName(of: $0.0) })
        }
        let reduced = try batch.hooks.reduce?(gradients) ?? gradients
        optimizer.update(
            network.trainableParameters, gradients: clipping.apply(to: reduced),
            rateFactor: batch.rateFactor)
        try batch.hooks.project?()
        return (pass.value, pass.scores)
    }

    /// What gradients of a batch are computed from; nothing is moved by it.
    package func pass(over batch: TrainingBatch) -> TrainingPass {
        let steps = batch.sequence.shape[0]
        return TrainingPass(
            network: network, batch: batch,
            context: ForwardContext(
                timeStep: network.timeStep, isTraining: true,
                random: RandomStream(seed: seed, name: "forward").substream(batch.epoch)
                    .substream(batch.step)),
            decoder: clockedModel.loss.decoder
        ) { [self] in lossValue(ofPart: $0, of: steps, targets: batch.targets) }
    }

    /// The loss, with the weights of classes where there are any.
    private func lossValue(ofPart output: Tensor, of steps: Int, targets: Targets) -> Tensor {
        let loss = clockedModel.loss
        guard let classFactors else {
            return loss.value(ofPart: output, of: steps, targets: targets)
        }
        let weights = targets.labels.map { classFactors[$0] }
        guard
            let value = loss.value(
                ofPart: output, of: steps, targets: targets, weights: weights)
        else { preconditionFailure("'\(type(of: loss).kind)' weighted samples before") }
        return value
    }

    /// Gradients by backpropagation through time, cut after ``truncation`` steps.
    ///
    /// - Parameter pass: whose context may say otherwise how layers hand errors back.
    public func gradientsThroughTime(_ pass: TrainingPass) -> [Tensor] {
        let sequence = pass.batch.sequence
        guard let truncation, truncation < sequence.shape[0] else {
            return network.valueAndGradients {
                pass.loss(of: network(sequence, in: pass.context))
            }.gradients
        }
        return network.truncatedValueAndGradients(
            over: sequence, window: truncation, in: pass.context
        ) { output, _ in pass.loss(of: output) }.gradients
    }

    private static func layerName(of parameter: Parameter) -> String {
        parameter.name.split(separator: ".").first.map(String.init) ?? parameter.name
    }
}
