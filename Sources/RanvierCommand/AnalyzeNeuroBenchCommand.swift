import ArgumentParser
import Foundation
import RanvierExperiments

/// `ranvier analyze neurobench RUN`.
struct AnalyzeNeuroBenchCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "neurobench",
        abstract: "Count a stored network the way the NeuroBench harness does.",
        discussion: """
            Footprint, connection and activation sparsity, effective and dense synaptic operations and \
            accuracy on the test samples, by the definitions of NeuroBench 2.3, for tables beside others'. \
            The counts of `evaluate` differ: they take a product that is done once as one.

            EXAMPLES
              ranvier analyze neurobench runs/digits-0
              ranvier analyze neurobench runs/digits-0 --json
            """)

    @Argument(help: "The run: folder, or name in the index.")
    var stored: String

    @Option(
        help: ArgumentHelp("The folder of runs and their index.", valueName: "folder"),
        completion: .directory)
    var runs = "runs"

    @Option(
        help: ArgumentHelp(
            "A data set by name, or a labelled CSV file; the run's own test data if left out.",
            valueName: "name-or-file"))
    var data: String?

    @OptionGroup var places: DataOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var display: DisplayOptions

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        try terminal.finish {
            var request = NeuroBenchRequest(
                run: try workbench.runFolder(
                    stored, output: URL(filePath: runs, directoryHint: .isDirectory)))
            request.data = data
            request.dataDirectory = places.dataDirectory
            request.threads = threads.threads
            return try workbench.analyzeNeuroBench(request, events: terminal.events)
        }
    }
}
