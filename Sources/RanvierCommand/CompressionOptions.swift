import ArgumentParser
import Foundation
import RanvierConfiguration
import RanvierExperiments

/// What `prune` and `quantize` share: the run they begin with, how long they train, where the new run goes.
struct CompressionOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The run to begin with: its folder, or its name or number in the index.",
            valueName: "run"),
        completion: .directory)
    var runName: String

    @Option(
        help: ArgumentHelp(
            "Epochs of training, divided among rounds, at least one each; 0 for none. Left out: as many as the run had, a third of them for quantize.",
            valueName: "count"))
    var epochs: Int?

    @Option(
        help: ArgumentHelp(
            "Learning rate, in place of the run's.", valueName: "number"))
    var learningRate: Double?

    @Option(
        help: ArgumentHelp(
            "The new run directory, runs/<run>-pruned-<seed> or -quantized-<seed> if not given.",
            valueName: "folder"),
        completion: .directory)
    var output: String?

    @OptionGroup var options: RunOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if let epochs, !(0...100_000).contains(epochs) {
            throw ValidationError("--epochs: expected 0 to 100000, found '\(epochs)'")
        }
        if let learningRate, !(learningRate > 0 && learningRate.isFinite) {
            throw ValidationError("--learning-rate: expected a positive number")
        }
    }

    /// Takes the run through a phase.
    func perform(_ phase: CompressRequest.Phase, in workbench: Workbench) throws {
        let terminal = display.terminal
        terminal.stopOnInterrupt("stopping after this step; press Ctrl-C again to stop at once")
        try terminal.finish {
            let start = try workbench.runFolder(runName, output: Workbench.defaultOutput)
            let run = RunRequest(
                configuration: start, seed: options.seed, threads: threads.threads,
                output: output.map { URL(filePath: $0, directoryHint: .isDirectory) },
                dataDirectory: data.dataDirectory, overwrite: options.overwrite,
                resume: options.resume, overrides: options.overrides, command: CommandLine.arguments
            )
            var request = CompressRequest(start: start, phases: [phase], run: run)
            request.epochs = epochs
            return try workbench.compress(request, events: terminal.events)
        }
    }

    /// Keys of a phase that were given as options.
    func keys(_ given: [(String, ConfigurationValue?)]) -> ConfigurationValue {
        .section(
            (given + [("learning-rate", learningRate.map { .float($0) })]).compactMap {
                key, value in
                value.map { .init(key, $0) }
            })
    }
}
