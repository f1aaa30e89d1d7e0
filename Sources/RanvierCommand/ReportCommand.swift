import ArgumentParser
import RanvierExperiments

/// `ranvier report RUN…`.
struct ReportCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write the HTML report of a run, or of several side by side.",
        discussion: """
            The report of one run goes into its folder, that of several into the folder that \
            --output names. It is a single file that needs no network.

            EXAMPLES
              ranvier report runs/digits-0
              ranvier report digits-0 digits-1 digits-2
            """)

    @Argument(
        help: "The runs: their folders, or their names or numbers in the index.",
        completion: .directory)
    var runs: [String]

    @OptionGroup var output: OutputOptions
    @OptionGroup var display: DisplayOptions

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        try terminal.finish {
            let folders = try runs.map { try workbench.runFolder($0, output: output.folder) }
            return try workbench.report(
                runs: folders, output: output.folder, events: terminal.events)
        }
    }
}
