import RanvierTensors

/// Some samples of a data set, ready for a network.
public struct Batch: Sendable {
    /// Position of each sample in the data set.
    public let indices: [Int]
    /// `[B, shape…]`.
    public let features: Tensor
    /// Label of each sample.
    public let labels: [Int]

    /// Number of samples.
    public var count: Int { indices.count }
}
