import ArgumentParser
import RanvierExperiments

/// `ranvier evaluate RUN`.
struct EvaluateCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Evaluate the network of a run, on other data if asked.",
        discussion: """
            EXAMPLES
              ranvier evaluate runs/digits-0
              ranvier evaluate digits-0 --json
              ranvier evaluate runs/iris-0 new.csv
            """)

    @Argument(
        help: ArgumentHelp(
            "The run: its folder, or its name or number in the index.", valueName: "run"),
        completion: .directory)
    var runName: String

    @Argument(
        help: ArgumentHelp(
            "Evaluate on this labelled CSV file, or on the test part of this data set, not on the run's own.",
            valueName: "data"),
        completion: .file(extensions: ["csv"]))
    var data: String?

    @Option(
        help: ArgumentHelp("The same as the argument: a data set by name.", valueName: "name"))
    var dataset: String?

    func validate() throws {
        if let data, let dataset {
            throw ValidationError(
                "--dataset: expected it or the argument, found both: '\(dataset)' and '\(data)'")
        }
    }

    @OptionGroup var output: OutputOptions
    @OptionGroup var places: DataOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var display: DisplayOptions

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        try terminal.finish {
            let request = EvaluateRequest(
                run: try workbench.runFolder(runName, output: output.folder),
                data: data ?? dataset, dataDirectory: places.dataDirectory,
                threads: threads.threads)
            return try workbench.evaluate(request, events: terminal.events)
        }
    }
}
