import ArgumentParser
import Foundation
import RanvierExperiments

/// `ranvier runs compare RUN RUN…`.
struct RunsCompareCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Set runs side by side: settings that differ, measures, paired differences.",
        discussion: """
            Runs that were measured on the same test samples are compared sample by sample with the \
            first one, as long as these samples are there.

            EXAMPLES
              ranvier runs compare digits-0 digits-1
              ranvier runs compare 3 5 8 --json
            """)

    @Argument(
        help: ArgumentHelp(
            "The runs: folders, or numbers or names in the index.", valueName: "run"),
        completion: .directory)
    var runs: [String]

    @OptionGroup var output: OutputOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if runs.count < 2 {
            throw ValidationError("expected at least two runs to compare, found \(runs.count)")
        }
    }

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        terminal.stopOnInterrupt("stopping; press Ctrl-C again to stop at once")
        try terminal.finish {
            try workbench.compareRuns(
                runs, output: output.folder, dataDirectory: data.dataDirectory,
                threads: threads.threads, events: terminal.events)
        }
    }
}
