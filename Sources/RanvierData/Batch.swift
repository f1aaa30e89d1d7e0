import RanvierTensors

/// Some samples of a data set, ready for a network.
public struct Batch: Sendable {
    /// Position of each sample in the data set.
    public let indices: [Int]
    /// `[B, shape…]`.
    public let features: Tensor
    /// What is asked of each sample.
    public let targets: Targets

    /// Some samples.
    public init(indices: [Int], features: Tensor, targets: Targets) {
        self.indices = indices
        self.features = features
        self.targets = targets
    }

    /// Label of each sample; none where samples have no classes.
    public var labels: [Int] { targets.labels }

    /// Number of samples.
    public var count: Int { indices.count }
}
