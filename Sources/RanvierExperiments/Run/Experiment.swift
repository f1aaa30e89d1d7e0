import Foundation
import RanvierData
import RanvierExact
import RanvierFormats
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierSurrogate

/// A configuration with its data: ready to train, or to evaluate a stored model.
public struct Experiment {
    /// What was asked for.
    public let configuration: ExperimentConfiguration
    /// The samples.
    public private(set) var data: DatasetConfiguration.Splits

    /// Reads the data that the configuration names.
    ///
    /// - Throws: `DataError`.
    public init(
        _ configuration: ExperimentConfiguration, dataDirectory: String?, folder: URL
    ) throws {
        self.init(
            configuration,
            data: try configuration.dataset.load(
                directory: dataDirectory, folder: folder, seed: configuration.seed))
    }

    private init(_ configuration: ExperimentConfiguration, data: DatasetConfiguration.Splits) {
        self.configuration = configuration
        self.data = data
    }

    /// Scales the test samples as a stored model expects them, in place of what the configuration says.
    mutating func normalize(as description: ModelDescription) throws(DataError) {
        guard let normalization = description.normalization else { return }
        data.test = try normalization(data.test)
        data.normalization = normalization
    }

    /// The artificial network of the same shape on the same data.
    public var annTwin: Experiment { Experiment(configuration.annTwin, data: data) }

    /// The model as the configuration says, with its first weights.
    ///
    /// - Throws: `NetworkError`, `SpikeError`, `TrainingError` or `ExactError` where data, encoding and
    ///   layers do not fit.
    public func makeModel() throws -> any SpikingModel {
        try makeMethod().model
    }

    /// The way of learning that the configuration names, with a new model.
    public func makeMethod() throws -> any LearningMethod {
        switch configuration.learning {
        case .surrogate(let learning): return try surrogate(learning)
        case .exact(let learning):
            try requireOutputs([learning.outputs.last ?? 0])
            let model = try learning.makeModel(
                sampleShape: data.training.featureShape, seed: configuration.seed)
            var schedule = learning.schedule
            if schedule.shift > 0 { schedule.imageShape = try imageShape() }
            schedule.seed = configuration.seed &+ 1
            return try ExactGradient(model, schedule: schedule)
        }
    }

    private func requireOutputs(_ shape: [Int]) throws(TrainingError) {
        guard shape == [data.training.classCount] else {
            throw .mismatch(
                what: "the last layer of the network",
                expected: "\(data.training.classCount) outputs, one per class of "
                    + data.training.name,
                found: "outputs of shape \(shape)")
        }
    }

    // MARK: - Surrogate gradients

    private func surrogate(_ learning: SurrogateConfiguration) throws -> SurrogateGradient {
        let isSpiking = configuration.model == .spiking
        // An artificial network sees the values once, and of recordings of images the mean frame.
        let given = learning.encoding.encoder
        let encoder: any SpikeEncoder
        if isSpiking {
            encoder = given
        } else if given is SequenceEncoder, data.training.featureShape.count == 4 {
            encoder = MeanEncoder(timeStep: given.timeStep)
        } else {
            encoder = DirectEncoder(steps: 1, timeStep: given.timeStep)
        }
        // Of one step all ways to read a score are the same; targets of rates do not apply to an
        // artificial network, which learns the classes by cross-entropy.
        let training = learning.training
        let loss =
            isSpiking
            ? training.loss
            : Loss(
                .crossEntropy(of: .meanMembrane), labelSmoothing: training.loss.labelSmoothing)
        let network = try learning.network.network(
            for: configuration.model,
            inputShape: encoder.featureShape(ofSample: data.training.featureShape),
            steps: encoder.steps, timeStep: encoder.timeStep, classes: data.training.classCount,
            seed: configuration.seed)
        try requireOutputs(network.outputShape)
        network.recomputesStates = training.recomputesStates
        var trainer = Trainer(
            network, loss: loss, optimizer: training.optimizer, schedule: training.schedule,
            clipping: training.clipping, seed: configuration.seed,
            augmentation: try augmentation(training))
        trainer.truncation = isSpiking ? training.truncation : nil
        var method = SurrogateGradient(
            trainer: trainer,
            model: ClockedModel(
                network: network, encoder: encoder, loss: loss,
                batchSize: max(training.batchSizes.largest, 128)),
            epochs: training.epochs, batchSizes: training.batchSizes,
            earlyStop: training.earlyStop)
        if let limit = training.memoryLimit { method.memoryLimit = limit }
        return method
    }

    private func augmentation(_ training: TrainingConfiguration) throws -> Augmentation? {
        guard training.shift > 0 || training.flips else { return nil }
        return Augmentation(
            imageShape: try imageShape(), shift: training.shift, flipsHorizontally: training.flips,
            fill: data.training.valueRange.lowerBound)
    }

    /// Height, width and channels of the samples, or of the images of a sequence; a vector of a square number of values is a
    /// square.
    private func imageShape() throws(TrainingError) -> [Int] {
        let shape = data.training.featureShape
        let side = Int(Double(data.training.featureCount).squareRoot().rounded())
        let images = shape.count == 4 ? shape[0] : 1
        let image = shape.count == 1 ? [side, side] : Array(shape.suffix(3))
        guard image.count >= 2, image.reduce(images, *) == data.training.featureCount else {
            throw TrainingError.mismatch(
                what: "training.augmentation", expected: "images",
                found: "samples of shape \(shape)")
        }
        return image.count == 2 ? image + [1] : image
    }
}
