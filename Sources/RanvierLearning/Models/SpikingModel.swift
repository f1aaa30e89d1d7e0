import RanvierData
import RanvierTensors

/// A trained network, whatever taught it, as the one ruler sees it.
///
/// It predicts probabilities and reports what the prediction cost; everything that is compared between
/// methods comes through here.
public protocol SpikingModel {
    /// Measures the model on a data set: probabilities, loss, activity, operations.
    func evaluate(on data: Dataset, observer: any TrainingObserver) throws -> Evaluation

    /// Seconds from one sample to its answer, the median of several.
    func secondsPerSample(on data: Dataset) throws -> Double

    /// Spikes of every spiking layer for one sample.
    func spikes(ofSample index: Int, in data: Dataset) throws -> [LayerSpikes]

    /// Everything that was learned, by name.
    var parameters: [String: Tensor] { get }

    /// Takes over stored parameters.
    func restore(_ parameters: [String: Tensor]) throws

    /// How a sample is shown to the network, in a few words.
    var presentation: String { get }

    /// How long a sample is shown, in seconds.
    var duration: Double { get }

    /// Numbers that one sample's inference keeps from one step to the next.
    var stateCount: Int { get }
}

/// A way to learn: it holds a model and improves it on data.
public protocol LearningMethod {
    /// The word for the method in configurations and results: `surrogate`, `exact`, …
    static var name: String { get }

    /// The model that is trained.
    var model: any SpikingModel { get }

    /// Predicts the memory of training before it starts.
    ///
    /// - Returns: bytes at the peak; nil where the method has no prediction.
    /// - Throws: `MemoryError` where it exceeds what may be used.
    func predictPeakMemory() throws -> Int?

    /// Trains, or goes on training.
    ///
    /// - Parameters:
    ///   - validation: samples that are only watched.
    ///   - state: where to go on from; nil to begin.
    /// - Returns: the state after the last epoch.
    mutating func train(
        on data: Dataset, validation: Dataset?, from state: TrainingState?,
        observer: any TrainingObserver
    ) throws -> TrainingState
}

extension LearningMethod {
    /// Nil.
    public func predictPeakMemory() throws -> Int? { nil }
}
