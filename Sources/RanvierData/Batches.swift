import RanvierTensors

/// A data set cut into batches, in order or shuffled.
///
/// The order of an epoch depends on the seed and the epoch alone, so a run that is stopped and resumed sees
/// the same batches.
///
///     for batch in Batches(digits.train, size: 32, seed: 0, epoch: epoch) { … }
///
/// A batch is made when it is asked for.
public struct Batches: RandomAccessCollection, Sendable {
    /// The samples.
    public let dataset: Dataset
    /// Samples of a batch; the last one may have fewer.
    public let size: Int
    /// Positions of all samples in the order of the batches.
    public let order: [Int]
    /// Number of batches.
    public let count: Int
    /// Whether the last batch has the samples that are left over, too.
    private let joinsRest: Bool

    /// Batches in the order of the data set, or shuffled if there is a seed.
    ///
    /// - Parameters:
    ///   - dropsPartialBatch: whether samples that do not fill the last batch are left out.
    ///   - smallest: fewest samples of a batch; a rest of fewer is joined to the batch before it.
    public init(
        _ dataset: Dataset, size: Int, seed: UInt64? = nil, epoch: Int = 0,
        dropsPartialBatch: Bool = false, smallest: Int = 1
    ) {
        precondition(size > 0, "a batch needs at least one sample, not \(size)")
        self.dataset = dataset
        self.size = size
        order =
            seed.map {
                RandomStream(seed: $0, name: "shuffle").substream(epoch)
                    .permutation(count: dataset.count)
            } ?? Array(0..<dataset.count)
        let full = dataset.count / size, rest = dataset.count % size
        joinsRest = !dropsPartialBatch && rest > 0 && rest < smallest && full > 0
        count = full + (rest > 0 && !dropsPartialBatch && !joinsRest ? 1 : 0)
    }

    /// The first batch.
    public var startIndex: Int { 0 }

    /// One past the last batch.
    public var endIndex: Int { count }

    /// The samples of a batch by their position in the data set, without their values.
    public func indices(ofBatch number: Int) -> [Int] {
        let end = joinsRest && number == count - 1 ? order.count : (number + 1) * size
        return Array(order[number * size..<Swift.min(end, order.count)])
    }

    /// A batch.
    public subscript(number: Int) -> Batch {
        let indices = indices(ofBatch: number)
        return Batch(
            indices: indices, features: dataset.features(of: indices),
            targets: dataset.targets.subset(indices))
    }
}
