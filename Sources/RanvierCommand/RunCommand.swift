import ArgumentParser
import Foundation
import RanvierExperiments
import RanvierRuns

/// `ranvier run CONFIG`.
struct RunCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Train and evaluate a network as a configuration says.",
        discussion: """
            Writes a run directory with the configuration as resolved, the metrics of each epoch, \
            the network, the result and a report. Ctrl-C stops after the current step and keeps \
            the last checkpoint; a second Ctrl-C stops at once.

            Relative paths in a configuration, and those of --set, start from the configuration's own \
            folder; config.yaml of the run directory holds absolute ones. With --seeds every seed is a \
            run of its own, as with ranvier sweep, which goes on with runs that are there.

            EXAMPLES
              ranvier run Examples/digits.yaml
              ranvier run Examples/digits.yaml --seed 1 --set training.epochs=5
              ranvier run Examples/digits.yaml --resume
              ranvier run Examples/digits.yaml --seeds 5
              ranvier run Examples/mnist.yaml --data-directory ~/data --json > result.json
            """)

    @Argument(help: "The YAML file that says what to do.", completion: .file(extensions: ["yaml"]))
    var config: String

    @Option(help: ArgumentHelp("Use this seed, not the configuration's.", valueName: "number"))
    var seed: Int?

    @Option(
        help: ArgumentHelp(
            "Run with this many seeds, from the configuration's or --seed on, and tell mean and deviation.",
            valueName: "count"))
    var seeds: Int?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "Set a value of the configuration; may be given several times.",
            valueName: "key.path=value"),
        transform: { try ConfigurationOverride($0) })
    var overrides: [ConfigurationOverride] = []

    @Option(
        help: ArgumentHelp(
            "The run directory, runs/<config>-<seed> if not given; with --seeds the folder of all runs.",
            valueName: "folder"),
        completion: .directory)
    var output: String?

    @Flag(help: "Replace a run that is there.")
    var overwrite = false

    @Flag(help: "Go on from the last checkpoint of a run that is there.")
    var resume = false

    @OptionGroup var data: DataOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if let seed, seed < 0 {
            throw ValidationError("--seed: expected an integer of at least 0, found '\(seed)'")
        }
        if let seeds, seeds < 1 {
            throw ValidationError("--seeds: expected an integer of at least 1, found '\(seeds)'")
        }
        if seeds != nil, resume {
            throw ValidationError(
                "--resume: with --seeds runs that are there go on anyway; leave it out")
        }
        if overwrite && resume {
            throw ValidationError("--overwrite and --resume: expected one of them, found both")
        }
    }

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        if let seeds { return try run(seeds: seeds, in: workbench, on: terminal) }
        terminal.stopOnInterrupt("stopping after this step; press Ctrl-C again to stop at once")
        let request = RunRequest(
            configuration: URL(filePath: config), seed: seed, threads: threads.threads,
            output: output.map { URL(filePath: $0, directoryHint: .isDirectory) },
            dataDirectory: data.dataDirectory,
            overwrite: overwrite, resume: resume, overrides: overrides,
            command: CommandLine.arguments)
        try terminal.finish { try workbench.run(request, events: terminal.events) }
    }

    private func run(seeds: Int, in workbench: Workbench, on terminal: Terminal) throws {
        var request = SweepRequest(configuration: URL(filePath: config))
        request.seeds = seeds
        request.firstSeed = seed
        request.overrides = overrides
        if let output { request.output = URL(filePath: output, directoryHint: .isDirectory) }
        request.dataDirectory = data.dataDirectory
        request.overwrite = overwrite
        request.threads = threads.threads
        try SweepCommand.perform(request, in: workbench, on: terminal)
    }
}
