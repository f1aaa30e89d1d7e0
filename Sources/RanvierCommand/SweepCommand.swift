import ArgumentParser
import Foundation
import RanvierExperiments
import RanvierRuns

/// `ranvier sweep CONFIG`.
struct SweepCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Run a configuration with several seeds and settings: one table.",
        discussion: """
            Every combination of the values of --vary is run with every seed, each run in a process and \
            a run directory of its own, <config>-<what differs>-seed<k>. Finished runs are taken \
            as they are and interrupted ones go on, so that the same command goes on after Ctrl-C. \
            The table tells mean and sample standard deviation over the seeds, and paired differences to \
            the first setting. The best setting is chosen on the validation part; without one \
            (dataset.validation-fraction) none is named. sweep.json, sweep.csv and sweep.html go into \
            the folder that --output names.

            Keys are those of --set. A layer is named by its position from 0 or by a kind that stands there \
            once, and network.hidden is the size of the one hidden layer. Values are YAML, so that \
            [32],[64,32] are two lists.

            EXAMPLES
              ranvier sweep Examples/digits.yaml --seeds 5 --vary network.hidden=32,64,128 \
            --set dataset.validation-fraction=0.2
              ranvier sweep Examples/digits.yaml --vary network.lif.membrane-time-constant=5e-3,10e-3 \
            --vary encoding.steps=5,10 --jobs 2 --output results --json
            """)

    @Argument(help: "The YAML file that says what to do.", completion: .file(extensions: ["yaml"]))
    var config: String

    @Option(
        help: ArgumentHelp(
            "Seeds of each setting, counted from the configuration's (0 unless it says otherwise).",
            valueName: "count"))
    var seeds = 3

    @Option(
        help: ArgumentHelp(
            "Count seeds from this one, not the configuration's.", valueName: "number"))
    var seed: Int?

    @Option(
        name: .customLong("vary"), parsing: .singleValue,
        help: ArgumentHelp(
            "A key and the values it takes in turn; may be given several times, for all combinations.",
            valueName: "key.path=value,value,…"),
        transform: { try ConfigurationVariation($0) })
    var variations: [ConfigurationVariation] = []

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "Set a value in all runs; may be given several times.", valueName: "key.path=value"),
        transform: { try ConfigurationOverride($0) })
    var overrides: [ConfigurationOverride] = []

    @Option(help: ArgumentHelp("Runs at once; one per thread if not given.", valueName: "count"))
    var jobs: Int?

    @Flag(help: "Do all runs anew, also those that are there.")
    var overwrite = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        try IntegerOption.check("--seeds", seeds, to: IntegerOption.seeds)
        try IntegerOption.check(seed: seed, count: seeds)
        try IntegerOption.check("--jobs", jobs, to: IntegerOption.workers)
    }

    func run(in workbench: Workbench) throws {
        var request = SweepRequest(configuration: URL(filePath: config))
        request.seeds = seeds
        request.firstSeed = seed
        request.variations = variations
        request.overrides = overrides
        request.output = output.folder
        request.dataDirectory = data.dataDirectory
        request.overwrite = overwrite
        request.jobs = jobs
        request.threads = threads.threads
        try Self.perform(request, in: workbench, on: display.terminal)
    }

    /// Runs a sweep, each run by this same command.
    static func perform(
        _ request: SweepRequest, in workbench: Workbench, on terminal: Terminal
    ) throws {
        terminal.stopOnInterrupt(
            "stopping the runs after their current step; press Ctrl-C again to stop at once")
        var request = request
        request.executable = Bundle.main.executableURL
        request.command = CommandLine.arguments
        try terminal.finish { try workbench.sweep(request, events: terminal.events) }
    }
}
