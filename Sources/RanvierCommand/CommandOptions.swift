import ArgumentParser
import Foundation
import RanvierExperiments

/// How results and messages are shown; every verb has these.
struct DisplayOptions: ParsableArguments {
    @Flag(help: "Print one JSON object on standard output, and nothing else there.")
    var json = false

    @Flag(help: "Show no progress, only warnings and errors.")
    var quiet = false

    /// The terminal, set up as asked.
    var terminal: Terminal { Terminal(json: json, quiet: quiet) }
}

/// The folder of all runs.
struct OutputOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder that holds the run directories and their index.", valueName: "folder"),
        completion: .directory)
    var output = "runs"

    /// The folder.
    var folder: URL { URL(filePath: output, directoryHint: .isDirectory) }
}

/// Where larger data sets are.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where to look for larger data sets, before the folder that RANVIER_DATA names.",
            valueName: "folder"),
        completion: .directory)
    var dataDirectory: String?
}

/// How much of the machine is used.
struct ThreadOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How many threads to use; one per core if not given. The result is the same.",
            valueName: "count"))
    var threads: Int?

    func validate() throws {
        guard let threads, threads < 1 else { return }
        throw ValidationError("--threads: expected an integer of at least 1, found '\(threads)'")
    }
}
