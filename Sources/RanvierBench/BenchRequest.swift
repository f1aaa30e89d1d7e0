import Foundation
import RanvierAnalysis

/// What `ranvier bench` is asked for; a workload reads what concerns it.
public struct BenchRequest: Codable, Sendable {
    /// How active the network is.
    public enum Activity: String, Codable, Sendable, CaseIterable {
        /// About as after training.
        case active
        /// As before training.
        case initial = "init"
    }

    /// Name of the workload.
    public var workload: String
    /// Samples in a batch; nil for the published number.
    public var batch: Int?
    /// Width of a layer or depth of a network, for workloads that come in several; nil for the published one.
    public var size: Int?
    /// Share of ones in a binary input, for workloads that take one; nil for the published input.
    public var density: Double?
    /// Number format.
    public var precision = NumberPrecision.float32
    /// Leaves out gradient and update.
    public var forwardOnly = false
    /// Activity of the network.
    public var activity = Activity.active
    /// Worker threads; nil for one per core.
    public var threads: Int?
    /// Timed runs; nil for as many as the workload finds enough.
    public var runs: Int?

    /// Where to write what the workload starts from, with the losses of some training steps; nil for nowhere.
    public var trace: URL?
    /// Training steps whose losses are written with ``trace``.
    public var traceSteps = 20

    /// A request for a workload with the published settings.
    public init(workload: String) { self.workload = workload }
}
