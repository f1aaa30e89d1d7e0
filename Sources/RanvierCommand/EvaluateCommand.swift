import ArgumentParser
import RanvierExperiments

/// `ranvier evaluate RUN`.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Evaluate the network of a run, on other data if asked.",
        discussion: """
            EXAMPLES
              ranvier evaluate runs/digits-0
              ranvier evaluate digits-0 --json
            """)

    @Argument(
        help: ArgumentHelp(
            "The run: its folder, or its name or number in the index.", valueName: "run"),
        completion: .directory)
    var runName: String

    @Option(
        help: ArgumentHelp(
            "Evaluate on the test part of this data set, not the run's own.", valueName: "name"))
    var dataset: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var display: DisplayOptions

    func run() throws {
        let terminal = display.terminal
        try terminal.finish {
            let request = EvaluateRequest(
                run: try Experiments.runFolder(runName, output: output.folder), dataset: dataset,
                dataDirectory: data.dataDirectory, threads: threads.threads)
            return try Experiments.evaluate(request, events: terminal.events)
        }
    }
}
