import Foundation
import RanvierLearning

/// One run, as the index knows it.
public struct RunRecord: Codable, Equatable, Sendable {
    /// The number in the index; nil before it is recorded.
    public var id: Int64?
    /// The folder, relative to the output folder that holds the index.
    public var path: String
    /// The folder's own name.
    public var name: String
    /// The way to learn, in a word.
    public var method: String
    /// The kind of network, in a word or two.
    public var model: String?
    /// The data set.
    public var dataset: String
    /// The seed.
    public var seed: Int
    /// The version of Ranvier that ran it.
    public var version: String
    /// How far it has come.
    public var status: RunStatus
    /// When it began.
    public var started: Date
    /// When it ended.
    public var finished: Date?
    /// How good the network is on test data, the most important measure first.
    public var measures: [Measure] = []
    /// Accuracy on test data, 0 to 1; nil where samples have no classes.
    public var accuracy: Double?
    /// Loss on test data.
    public var loss: Double?
    /// Epochs trained.
    public var epochs: Int?
    /// Time of training, in seconds.
    public var trainingSeconds: Double?
    /// Training samples per second.
    public var samplesPerSecond: Double?
    /// Spikes per test sample.
    public var spikesPerSample: Double?
    /// Estimated energy per test sample, in picojoules.
    public var picojoulesPerSample: Double?
    /// Bytes of the weights.
    public var weightBytes: Int?

    /// Creates a record of a run that begins now.
    public init(
        path: String, method: String, model: String? = nil, dataset: String, seed: Int,
        version: String, status: RunStatus = .running, started: Date = Date()
    ) {
        self.path = path
        name = path.split(separator: "/").last.map(String.init) ?? path
        self.method = method
        self.model = model
        self.dataset = dataset
        self.seed = seed
        self.version = version
        self.status = status
        self.started = started
    }
}
