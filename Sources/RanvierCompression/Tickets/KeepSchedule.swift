/// How the share that a subnetwork keeps is lowered, so that no layer collapses under a global threshold.
///
/// Shares of at least one half hold from the start; smaller ones are reached from 1 in equal steps over the first epochs.
/// Source: Diffenderfer & Kailkhura 2021.
public struct KeepSchedule: Sendable, Hashable {
    /// The share at the end.
    public var target: Double
    /// Epochs over which it is reached.
    public var epochs: Int

    /// A schedule.
    public init(to target: Double, over epochs: Int = 10) {
        precondition(target > 0 && target <= 1, "a subnetwork keeps 0 to 1, not \(target)")
        precondition(epochs > 0, "a schedule takes at least one epoch")
        self.target = target
        self.epochs = epochs
    }

    /// The share in an epoch, from 0.
    public func keep(in epoch: Int) -> Double {
        guard target < 0.5, epoch < epochs else { return target }
        return 1 - (1 - target) * Double(max(epoch, 0)) / Double(epochs)
    }
}
