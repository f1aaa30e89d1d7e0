import RanvierTensors

/// All that a run needs to go on, besides the parameters of the network.
public struct TrainingState: Sendable {
    /// One report per completed epoch.
    public var reports: [EpochReport] = []
    /// Tensors that the method needs, such as those of an optimiser.
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
