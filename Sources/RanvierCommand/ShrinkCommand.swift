import ArgumentParser
import Foundation
import RanvierExperiments

/// `ranvier shrink RUN`.
struct ShrinkCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "shrink",
        abstract: "Find the smallest network that is good enough and fits a device.",
        discussion: """
            Prunes and rounds a stored network to several sizes, coarse to fine, and measures each on \
            validation samples; the smallest that loses no more than is accepted and fits flash, memory and \
            energy is then trained as a run of its own (<output>/network) and seen by the test samples once. \
            What the search costs at most is told before it begins (with --plan that alone). Given again, \
            the same command goes on where it was stopped. <output>/page.html shows what was tried.

            Flash counts weights, thresholds and biases with the indices of what is left; memory the \
            neurons' state; energy arithmetic and memory traffic by a table for 45 nm.

            EXAMPLES
              ranvier shrink runs/digits-0 --accuracy-loss 1%
              ranvier shrink runs/mnist-0 --accuracy-loss 0.5% --flash 12KiB --energy 500nJ --bits 4,2
            """)

    @Argument(
        help: ArgumentHelp(
            "The run to begin with: its folder, or its name or number in the index.",
            valueName: "run"),
        completion: .directory)
    var runName: String

    @Option(
        help: ArgumentHelp(
            "The largest loss on validation samples: of accuracy in points (1% or 0.01), of errors in parts of the run's own.",
            valueName: "share"), transform: Quantity.share)
    var accuracyLoss = 0.01

    @Option(
        help: ArgumentHelp("Most bytes of weights: 12KiB.", valueName: "bytes"),
        transform: Quantity.bytes)
    var flash: Int?

    @Option(
        help: ArgumentHelp("Most bytes of state: 1KiB.", valueName: "bytes"),
        transform: Quantity.bytes)
    var ram: Int?

    @Option(
        help: ArgumentHelp("Most energy of a decision: 500nJ.", valueName: "joules"),
        transform: Quantity.joules)
    var energy: Double?

    @Option(
        help: ArgumentHelp(
            "Numbers of bits that may be taken, in the order in which they are tried: 4,3,2,8,1.",
            valueName: "list"))
    var bits = "4,3,2,8,1"

    @Option(
        help: ArgumentHelp(
            "Epochs of pruning and of rounding of each candidate; left out, as those of prune and quantize.",
            valueName: "count"))
    var epochs: Int?

    @Flag(help: "Tell what the search would cost, and do nothing.")
    var plan = false

    @Option(
        help: ArgumentHelp(
            "Where search and network go, runs/<run>-shrunk if not given.", valueName: "folder"),
        completion: .directory)
    var output: String?

    @Flag(help: "Replace a search that is there.")
    var overwrite = false

    @OptionGroup var data: DataOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        _ = try widths
        try IntegerOption.check("--epochs", epochs, from: 0, to: 100_000)
    }

    private var widths: [Int] {
        get throws {
            try bits.split(separator: ",", omittingEmptySubsequences: false).map { text in
                guard let width = Int(text), (1...16).contains(width) else {
                    throw ValidationError(
                        "--bits: expected numbers of 1 to 16 such as '8,4,2', found '\(bits)'")
                }
                return width
            }
        }
    }

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        terminal.stopOnInterrupt("stopping after this step; press Ctrl-C again to stop at once")
        try terminal.finish {
            let start = try workbench.runFolder(runName, output: Workbench.defaultOutput)
            let folder =
                output.map { URL(filePath: $0, directoryHint: .isDirectory) }
                ?? Workbench.defaultOutput.appending(path: "\(start.lastPathComponent)-shrunk")
            var request = ShrinkRequest(start: start, output: folder)
            request.accuracyLoss = accuracyLoss
            (request.flash, request.memory, request.energy) = (flash, ram, energy)
            request.widths = try widths
            request.epochs = epochs
            request.isPlan = plan
            request.overwrite = overwrite
            request.threads = threads.threads
            request.dataDirectory = data.dataDirectory
            request.command = CommandLine.arguments
            return try workbench.shrink(request, events: terminal.events)
        }
    }
}
