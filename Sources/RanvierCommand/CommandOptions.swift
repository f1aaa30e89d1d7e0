import ArgumentParser
import Foundation
import RanvierExperiments

/// How results and messages are shown; every verb has these.
public struct DisplayOptions: ParsableArguments {
    /// As they are parsed.
    public init() {}

    /// Whether results are JSON.
    @Flag(
        help:
            "Print JSON on standard output, and nothing else there: one object, or one a line for answers row by row."
    )
    public var json = false

    /// Whether progress is hidden.
    @Flag(help: "Show no progress, only warnings and errors.")
    public var quiet = false

    /// The terminal, set up as asked.
    public var terminal: Terminal { Terminal(json: json, quiet: quiet) }
}

/// The folder of all runs.
public struct OutputOptions: ParsableArguments {
    /// As they are parsed.
    public init() {}

    /// The folder as text.
    @Option(
        help: ArgumentHelp(
            "The folder that holds the run directories and their index.", valueName: "folder"),
        completion: .directory)
    public var output = "runs"

    /// The folder.
    public var folder: URL { URL(filePath: output, directoryHint: .isDirectory) }
}

/// Where larger data sets are.
public struct DataOptions: ParsableArguments {
    /// As they are parsed.
    public init() {}

    /// The folder; nil for the one of the environment.
    @Option(
        help: ArgumentHelp(
            "Where to look for larger data sets, before the folder that RANVIER_DATA names.",
            valueName: "folder"),
        completion: .directory)
    public var dataDirectory: String?
}

/// How much of the machine is used.
public struct ThreadOptions: ParsableArguments {
    /// As they are parsed.
    public init() {}

    /// Threads; nil for one per core.
    @Option(
        help: ArgumentHelp(
            "How many threads to use; one per core if not given. The result is the same.",
            valueName: "count"))
    public var threads: Int?

    /// Refuses fewer than one thread, and more than any machine has.
    public func validate() throws {
        try IntegerOption.check("--threads", threads, to: IntegerOption.workers)
    }
}
