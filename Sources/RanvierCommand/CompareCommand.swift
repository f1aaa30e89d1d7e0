import ArgumentParser
import Foundation
import RanvierExperiments

/// `ranvier compare RUN|CONFIG…`.
struct CompareCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Set runs of any methods side by side: one table, one page.",
        discussion: """
            A configuration (.yaml) is trained first, unless its run is there already; one that was \
            interrupted goes on. The page \
            comparison.html goes into the folder that --output names.

            EXAMPLES
              ranvier compare Examples/digits.yaml Examples/exact-digits.yaml
              ranvier compare digits-0 digits-1 exact-digits-0 --json
            """)

    @Argument(
        help: ArgumentHelp(
            "Runs (folders, or names or numbers in the index) and configurations.",
            valueName: "run-or-config"),
        completion: .file())
    var items: [String]

    @Option(help: ArgumentHelp("Use this seed, not the configurations'.", valueName: "number"))
    var seed: Int?

    @OptionGroup var output: OutputOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        try IntegerOption.check(seed: seed)
    }

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        terminal.stopOnInterrupt("stopping after this step; press Ctrl-C again to stop at once")
        let request = CompareRequest(
            items: items, seed: seed, output: output.folder, dataDirectory: data.dataDirectory,
            threads: threads.threads)
        try terminal.finish { try workbench.compare(request, events: terminal.events) }
    }
}
