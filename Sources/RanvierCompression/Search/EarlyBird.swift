import RanvierTensors

/// Says when the mask of a network in training no longer moves: the moment to take it as a ticket.
///
/// Before each epoch the one-shot mask at the wanted density is drawn from the unmasked weights. The search ends at the first epoch
/// where the window is full and the newest mask differs from each other one in it by less than the tolerance:
///
///     distance = share of entries that differ, over all prunable weights
///
/// Source: You et al. 2020; for spiking networks Kim et al. 2022, whose code also counts the always-one masks of biases.
public struct EarlyBird: Sendable {
    /// Masks that are compared, the newest included.
    public let window: Int
    /// Largest distance τ that counts as still.
    public let tolerance: Double
    /// Distances of the newest mask to the others in the window, the oldest first.
    public private(set) var distances: [Double] = []
    private var masks: [[Tensor]] = []

    /// A search.
    public init(window: Int = 5, tolerance: Double = 0.02) {
        precondition(window > 1, "a window holds at least two masks")
        self.window = window
        self.tolerance = tolerance
    }

    /// Adds the masks of an epoch, one for each layer.
    ///
    /// - Returns: whether the ticket is found.
    public mutating func add(_ newest: [Tensor]) -> Bool {
        precondition(
            masks.last.map { $0.map(\.shape) == newest.map(\.shape) } ?? true,
            "masks of all epochs are of the same layers")
        if masks.count == window { masks.removeFirst() }
        distances = masks.map { Self.distance($0, newest) }
        masks.append(newest)
        return masks.count == window && distances.allSatisfy { $0 < tolerance }
    }

    /// Share of entries that differ.
    public static func distance(_ a: [Tensor], _ b: [Tensor]) -> Double {
        let count = a.reduce(0) { $0 + $1.count }
        let differing = zip(a, b).reduce(0) { sum, pair in
            sum + zip(pair.0.scalars, pair.1.scalars).count { $0 != $1 }
        }
        return count > 0 ? Double(differing) / Double(count) : 0
    }
}
