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
            What the network is shown is attacked through its gradient (one step: FGSM, twenty steps: \
            PGD) and given noise; spikes get their times jittered; all lose a share of their input. \
            Sensors are damaged before anything is encoded: missing, stuck, moved zero, changed gain, \
            impulses; of sequences also an unsteady clock and lost rows; and each channel alone, to tell \
            which one the answers depend on. Test samples are drawn by chance, of each class by its \
            share. Every number has an interval: of shares Wilson's, of errors that of a bootstrap.

            Sizes of attacks and noise are 255ths of the range of pixels for images, and standard \
            deviations of each feature for all other samples.

            EXAMPLES
              ranvier analyze robustness runs/digits-0
              ranvier analyze robustness runs/digits-0 --sizes 8 --published-attack --json
              ranvier analyze robustness runs/pump-0 --sizes 0.5 1 --samples 500 --seed 3
            """)

    @Argument(help: "The run: folder, or name in the index.")
    var stored: String

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Sizes of attacks and noise: 255ths of the range of pixels for images (4 8 16 32 if left out), standard deviations of each feature for other samples (0.1 0.25 0.5 1).",
            valueName: "size"))
    var sizes: [Double] = []

    @Flag(
        help:
            "Attack as the published code does: no clamp, sizes in scaled units, batch statistics.")
    var publishedAttack = false

    @Option(help: ArgumentHelp("Most test samples, drawn by chance.", valueName: "count"))
    var samples = 1000

    @Option(
        help: ArgumentHelp(
            "Most channels that are damaged one by one; samples with more are not looked at like that, 0 for never.",
            valueName: "count"))
    var channels = 32

    @Option(help: ArgumentHelp("Seed of samples and damage.", valueName: "number"))
    var seed = 0

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
        try IntegerOption.check("--samples", samples, from: 4)
        try IntegerOption.check("--channels", channels, from: 0)
        try IntegerOption.check(seed: seed)
        if let size = sizes.first(where: { !(1e-30...1e6).contains($0) }) {
            throw ValidationError(
                "--sizes: expected positive numbers of at most 1000000, found '\(size)'")
        }
    }

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        terminal.stopOnInterrupt("stopping; press Ctrl-C again to stop at once")
        try terminal.finish {
            var request = RobustnessRequest(
                run: try workbench.runFolder(
                    stored, output: URL(filePath: runs, directoryHint: .isDirectory)))
            request.settings.sizes = sizes.isEmpty ? nil : sizes
            request.settings.channels = channels
            request.settings.seed = UInt64(seed)
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
