import ArgumentParser
import Foundation
import RanvierExperiments

/// `ranvier runs remove RUN…`.
struct RunsRemoveCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove runs: their directories and their entries in the index.",
        discussion: """
            Nothing is asked. A run that is being written, a folder that is no run directory, and one that \
            holds files of other origin are refused, and then none of the runs is removed.

            EXAMPLES
              ranvier runs remove digits-0 digits-1
              ranvier runs remove --failed --output results
            """)

    @Argument(
        help: ArgumentHelp(
            "The runs: folders, or numbers or names in the index.", valueName: "run"),
        completion: .directory)
    var runs: [String] = []

    @Flag(help: "Remove all runs that failed.")
    var failed = false

    @Flag(help: "Remove files, too, that lie in a run's directory and are not the run's own.")
    var force = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if runs.isEmpty, !failed {
            throw ValidationError("expected the runs to remove, or --failed, found neither")
        }
    }

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        try terminal.finish {
            try workbench.removeRuns(
                runs, failed: failed, force: force, output: output.folder, events: terminal.events)
        }
    }
}
