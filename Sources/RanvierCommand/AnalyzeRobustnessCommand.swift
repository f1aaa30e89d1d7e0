import ArgumentParser
import Foundation
import RanvierExperiments
import RanvierStudies

/// `ranvier analyze robustness RUN`.
struct AnalyzeRobustnessCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "robustness",
        abstract: "Attack and damage what a stored network is shown.",
        discussion: """
            Networks that are shown values at every step are attacked through their gradient (one step: \
            FGSM, twenty steps: PGD) and given noise; those that are shown spikes get their times \
            jittered; all lose a share of their input. Accuracy, and how alike each layer answers to \
            clean and to changed samples.

            EXAMPLES
              ranvier analyze robustness runs/digits-0
              ranvier analyze robustness runs/digits-0 --sizes 8 --published-attack --json
            """)

    @Argument(help: "The run: folder, or name in the index.")
    var stored: String

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Sizes of attacks and noise in 255ths of the range of pixels.", valueName: "size"))
    var sizes: [Double] = [4, 8, 16, 32]

    @Flag(
        help:
            "Attack as the published code does: no clamp, sizes in scaled units, batch statistics.")
    var publishedAttack = false

    @Option(help: ArgumentHelp("Most test samples.", valueName: "count"))
    var samples = 1000

    @Option(
        help: ArgumentHelp("The folder for tables, figures and page.", valueName: "folder"),
        completion: .directory)
    var output = "analysis/robustness"

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
        if samples < 4 {
            throw ValidationError("--samples: expected at least 4, found '\(samples)'")
        }
        if let size = sizes.first(where: { !($0 > 0) }) {
            throw ValidationError("--sizes: expected positive numbers, found '\(size)'")
        }
    }

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        terminal.stopOnInterrupt("stopping; press Ctrl-C again to stop at once")
        try terminal.finish {
            var request = RobustnessRequest(
                run: try workbench.runFolder(
                    stored, output: URL(filePath: runs, directoryHint: .isDirectory)))
            request.settings.sizes = sizes
            request.settings.usesPublishedAttack = publishedAttack
            request.settings.samples = samples
            request.output = URL(filePath: output, directoryHint: .isDirectory)
            request.data = data
            request.dataDirectory = places.dataDirectory
            request.threads = threads.threads
            request.command = CommandLine.arguments
            return try workbench.analyzeRobustness(request, events: terminal.events)
        }
    }
}
