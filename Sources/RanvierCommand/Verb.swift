import ArgumentParser
import RanvierExperiments

/// A verb of the command: what its arguments ask for is done on a workbench, whose parts may be another package's.
///
/// A new verb is one file with a type that conforms, and a line in ``RootCommand``; another package hands its own to
/// ``CommandLineTool/main(_:verbs:)``.
public protocol Verb: ParsableCommand {
    /// Does what was asked.
    ///
    /// - Throws: what the work throws.
    func run(in workbench: Workbench) throws
}

extension Verb {
    /// On the workbench as it ships.
    public func run() throws { try run(in: Workbench()) }
}
