import RanvierTensors

/// All that a run needs to go on, besides the parameters of the network.
public struct TrainingState: Sendable {
    /// One report per completed epoch.
    public var reports: [EpochReport] = []
    /// Tensors of the optimiser.
    public var optimizerState: [String: Tensor] = [:]
    /// Steps that the optimiser has taken.
    public var stepCount = 0
    /// Parameters of the best epoch so far, where an early stop keeps them.
    public var best: [String: Tensor]?

    /// The state before the first epoch.
    public init() {}

    /// Epochs that are done.
    public var completedEpochs: Int { reports.count }
}

/// What an epoch gave.
public struct EpochReport: Sendable, Hashable, Codable {
    /// Number of the epoch, from 1.
    public var epoch: Int
    /// Mean loss over the training samples, each before the step that it was part of.
    public var trainingLoss: Double
    /// Share of training samples classified rightly, likewise.
    public var trainingAccuracy: Double
    /// Mean loss over the validation samples after the epoch.
    public var validationLoss: Double?
    /// Share of validation samples classified rightly after the epoch.
    public var validationAccuracy: Double?
    /// Duration in seconds, without validation.
    public var seconds: Double
    /// Learning rate at the last step.
    public var learningRate: Double
    /// Layers that are silent or saturated.
    public var warnings: [String]
    /// First spikes of a fixed sample, where the method follows one; the first epoch has them before it too.
    public var spikeTimes: [SpikeTimeRecord]?

    /// A report without validation.
    public init(
        epoch: Int, trainingLoss: Double, trainingAccuracy: Double, seconds: Double,
        learningRate: Double, warnings: [String]
    ) {
        self.epoch = epoch
        self.trainingLoss = trainingLoss
        self.trainingAccuracy = trainingAccuracy
        self.seconds = seconds
        self.learningRate = learningRate
        self.warnings = warnings
    }
}

/// When to stop before the last epoch.
public struct EarlyStop: Sendable, Hashable {
    /// Epochs without a lower validation loss (training loss where there is no validation).
    public var patience: Int
    /// Whether the parameters of the best epoch are put back at the end.
    public var restoresBest: Bool

    /// Stops after `patience` epochs without progress.
    public init(patience: Int, restoresBest: Bool = true) {
        self.patience = patience
        self.restoresBest = restoresBest
    }
}
