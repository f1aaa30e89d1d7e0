/// Samples per step over a run: the same at all times, or mixed.
///
/// Several sizes hold for consecutive equal parts of the epochs. Larger batches late in a run lower the
/// noise of gradients as a smaller learning rate would, in fewer steps. Source: Smith et al. 2018.
public struct BatchSizes: Sendable, Hashable, ExpressibleByIntegerLiteral {
    /// Samples per step in each part of the run, in order.
    public let sizes: [Int]

    /// Sizes for consecutive parts of a run.
    public init(_ sizes: [Int]) {
        precondition(
            !sizes.isEmpty && sizes.allSatisfy { $0 > 0 },
            "batches have at least one sample, not \(sizes)")
        self.sizes = sizes
    }

    /// The same size at all times.
    public init(integerLiteral size: Int) { self.init([size]) }

    /// Samples per step in an epoch.
    ///
    /// - Parameters:
    ///   - epoch: from 0.
    ///   - epochs: length of the run.
    public func size(epoch: Int, of epochs: Int) -> Int {
        sizes[min(epoch * sizes.count / max(epochs, 1), sizes.count - 1)]
    }

    /// The largest batch of the run.
    public var largest: Int { sizes.reduce(1, max) }
}
