import ArgumentParser
import Foundation
import RanvierExperiments

/// `ranvier analyze resolution RUN`.
struct AnalyzeResolutionCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "resolution",
        abstract: "Find the time step that a stored network needs.",
        discussion: """
            The network runs, not trained anew, on clocks whose steps are 2, 4, 8, … times as long: spikes \
            that meet in a step count as one, numbers are added up, leaks follow from the time constants. \
            Then its own clock is made unsteady. Accuracy or error with its interval, spikes, operations and \
            energy, and the coarsest step that stays within the interval of the finest.

            EXAMPLES
              ranvier analyze resolution runs/words-0
              ranvier analyze resolution runs/pump-0 --samples 500 --json
            """)

    @Argument(help: "The run: folder, or name in the index.")
    var stored: String

    @Option(help: ArgumentHelp("Most test samples, drawn by chance.", valueName: "count"))
    var samples = 1000

    @Option(help: ArgumentHelp("Seed of samples and moves.", valueName: "number"))
    var seed = 0

    @Option(
        help: ArgumentHelp("The folder for tables, figure and page.", valueName: "folder"),
        completion: .directory)
    var output = "analysis/resolution"

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

    func validate() throws {
        try IntegerOption.check("--samples", samples, from: 4)
        try IntegerOption.check(seed: seed)
    }

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        terminal.stopOnInterrupt("stopping; press Ctrl-C again to stop at once")
        try terminal.finish {
            var request = ResolutionRequest(
                run: try workbench.runFolder(
                    stored, output: URL(filePath: runs, directoryHint: .isDirectory)))
            request.samples = samples
            request.seed = UInt64(seed)
            request.output = URL(filePath: output, directoryHint: .isDirectory)
            request.data = data
            request.dataDirectory = places.dataDirectory
            request.threads = threads.threads
            request.command = CommandLine.arguments
            return try workbench.analyzeResolution(request, events: terminal.events)
        }
    }
}
