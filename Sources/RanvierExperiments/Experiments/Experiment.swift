import Foundation
import RanvierData
import RanvierNetworks
import RanvierSpikes
import RanvierTraining

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

    /// The network as the configuration says, with its first weights.
    ///
    /// - Throws: `NetworkError`, `SpikeError` or `TrainingError` where data, encoding and layers do not
    ///   fit.
    public func makeModel() throws -> ClockedModel {
        let encoder = self.encoder
        let shape = try encoder.featureShape(ofSample: data.training.featureShape)
        let network = try configuration.network.network(
            for: configuration.model, inputShape: shape, timeStep: encoder.timeStep,
            seed: configuration.seed)
        guard network.outputShape == [data.training.classCount] else {
            throw TrainingError.mismatch(
                what: "the last layer of the network",
                expected: "\(data.training.classCount) outputs, one per class of "
                    + data.training.name,
                found: "outputs of shape \(network.outputShape)")
        }
        return ClockedModel(
            network: network, encoder: encoder, loss: loss,
            batchSize: max(configuration.training.batchSize, 128))
    }

    /// The way of learning that the configuration names, with a new model.
    public func makeMethod() throws -> SurrogateGradient {
        let training = configuration.training
        let model = try makeModel()
        let trainer = Trainer(
            model.network, loss: loss, optimizer: training.optimizer, schedule: training.schedule,
            clipping: training.clipping, seed: configuration.seed, augmentation: try augmentation)
        return SurrogateGradient(
            trainer: trainer, model: model, epochs: training.epochs, batchSize: training.batchSize,
            earlyStop: training.earlyStop)
    }

    /// An artificial network sees the values once.
    private var encoder: any SpikeEncoder {
        let encoder = configuration.encoding.encoder
        return configuration.model == .snn
            ? encoder : DirectEncoder(steps: 1, timeStep: encoder.timeStep)
    }

    /// Of one step all ways to read a score are the same; targets of rates do not apply to an
    /// artificial network, which learns the classes by cross-entropy.
    private var loss: Loss {
        configuration.model == .snn
            ? configuration.training.loss
            : Loss(
                .crossEntropy(of: .meanMembrane),
                labelSmoothing: configuration.training.loss.labelSmoothing)
    }

    private var augmentation: Augmentation? {
        get throws {
            let training = configuration.training
            guard training.shift > 0 || training.flips else { return nil }
            let shape = data.training.featureShape
            let side = Int(Double(data.training.featureCount).squareRoot().rounded())
            let image = shape.count == 1 ? [side, side] : shape
            guard image.count >= 2, image.count <= 3,
                image.reduce(1, *) == data.training.featureCount
            else {
                throw TrainingError.mismatch(
                    what: "training.augmentation", expected: "images",
                    found: "samples of shape \(shape)")
            }
            return Augmentation(
                imageShape: image, shift: training.shift, flipsHorizontally: training.flips,
                fill: data.training.valueRange.lowerBound)
        }
    }
}
