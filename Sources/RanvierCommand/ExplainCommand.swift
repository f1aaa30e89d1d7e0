import ArgumentParser
import Foundation
import RanvierExperiments

/// `ranvier explain RUN`.
struct ExplainCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why a run does not learn, and what to try.",
        discussion: """
            Looks at what the layers do before and after training (silent, saturated), at the first step \
            of training, taken again (how far weights move, what gradients reach which layer), at the \
            range of the inputs, the loss curve, the balance of classes, answers that are all the same, \
            time constants against step and sequence, and at what was learned by heart. The worst finding \
            comes first, each with what to try. A run that failed is looked at as far as it went.

            EXAMPLES
              ranvier explain runs/digits-0
              ranvier explain digits-0 --json
            """)

    @Argument(
        help: ArgumentHelp(
            "The run: its folder, or its name or number in the index.", valueName: "run"),
        completion: .directory)
    var runName: String

    @Option(help: ArgumentHelp("Most samples that are looked at.", valueName: "count"))
    var samples = 256

    @OptionGroup var output: OutputOptions
    @OptionGroup var places: DataOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if samples < 4 {
            throw ValidationError("--samples: expected at least 4, found '\(samples)'")
        }
    }

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        try terminal.finish {
            var request = ExplainRequest(
                run: try workbench.runFolder(runName, output: output.folder))
            request.dataDirectory = places.dataDirectory
            request.samples = samples
            request.threads = threads.threads
            return try workbench.explain(request, events: terminal.events)
        }
    }
}
