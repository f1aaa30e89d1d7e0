import ArgumentParser
import RanvierExperiments

/// `ranvier runs list|show|compare|remove`.
struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Show, compare and remove what has been run.",
        subcommands: [List.self, Show.self, RunsCompareCommand.self, RunsRemoveCommand.self])

    /// `ranvier runs list`.
    struct List: Verb {
        static let configuration = CommandConfiguration(
            abstract: "List the runs, the latest first.",
            discussion: """
                The column 'differs' tells in which settings a run differs from others of its name; the \
                result stands with its interval of 95 % where one is known.

                EXAMPLES
                  ranvier runs list
                  ranvier runs list --rebuild --output results
                """)

        @Flag(help: "Make the index anew from the run directories first.")
        var rebuild = false

        @OptionGroup var output: OutputOptions
        @OptionGroup var display: DisplayOptions

        func run(in workbench: Workbench) throws {
            let terminal = display.terminal
            try terminal.finish {
                try workbench.listRuns(
                    output: output.folder, rebuild: rebuild, events: terminal.events)
            }
        }
    }

    /// `ranvier runs show RUN`.
    struct Show: Verb {
        static let configuration = CommandConfiguration(
            abstract: "Show all that is known of a run.",
            discussion: """
                EXAMPLES
                  ranvier runs show digits-0
                  ranvier runs show 3 --json
                """)

        @Argument(
            help: ArgumentHelp(
                "The run's number, name, or path below the output folder.", valueName: "run"))
        var runName: String

        @OptionGroup var output: OutputOptions
        @OptionGroup var display: DisplayOptions

        func run(in workbench: Workbench) throws {
            try display.terminal.finish {
                try workbench.showRun(runName, output: output.folder)
            }
        }
    }
}
