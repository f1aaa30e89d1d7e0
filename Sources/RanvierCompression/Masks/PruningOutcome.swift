import RanvierTensors

/// Masks, and what was done to get them.
public struct PruningOutcome: Sendable {
    /// Ones for what stays, zeros for what is gone, one mask for each layer.
    public var masks: [Tensor]
    /// Scores below which was pruned: one for all layers, or one for each; nil where a count decided, or everything went.
    public var thresholds: [Double?]
    /// How many were taken now.
    public var removed: Int
    /// Layers that would have lost everything and keep their one largest.
    public var guarded: [String]

    /// How many are left in each layer.
    public var living: [Int] { masks.map { MagnitudeOrder.count(($0, $0)) } }
    /// Share that is left of each layer.
    public var densities: [Double] {
        zip(living, masks).map { $1.count > 0 ? Double($0) / Double($1.count) : 1 }
    }
    /// Share that is left of all layers together.
    public var density: Double {
        let all = masks.reduce(0) { $0 + $1.count }
        return all > 0 ? Double(living.reduce(0, +)) / Double(all) : 1
    }
}
