import RanvierLearning

/// A published piece of work that is timed: what `ranvier bench` runs.
///
/// A new workload is one file with a type that conforms, and a line in ``Workloads``.
public protocol Workload: Sendable {
    /// Name on the command line, such as `exact-ttfs`.
    var name: String { get }
    /// What is done, in one line.
    var summary: String { get }

    /// Does the work and tells what it took.
    ///
    /// - Throws: what the work throws.
    func run(_ request: BenchRequest, events: WorkEvents) throws -> BenchResult
}
