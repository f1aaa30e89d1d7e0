import ArgumentParser
import Foundation
import RanvierExperiments
import RanvierFormats
import RanvierRuns

/// `ranvier run CONFIG`.
struct RunCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Train and evaluate a network as a configuration says, or as a table implies.",
        discussion: """
            Writes a run directory with the configuration as resolved, the metrics of each epoch, \
            the network, the result and a report. Ctrl-C stops after the current step and keeps \
            the last checkpoint; a second Ctrl-C stops at once.

            With a table in place of a configuration, the tables are checked, encoding and a modest \
            network are chosen, and the configuration that is implied is written to the run's folder \
            (implied.yaml) with a comment on each choice; `ranvier init` writes it without training.

            Relative paths in a configuration, and those of --set, start from the configuration's own \
            folder; config.yaml of the run directory holds absolute ones. With --seeds every seed is a \
            run of its own, as with ranvier sweep, which goes on with runs that are there.

            EXAMPLES
              ranvier run line.csv --target OK_NG
              ranvier run Examples/digits.yaml
              ranvier run Examples/digits.yaml --seed 1 --set training.epochs=5
              ranvier run Examples/digits.yaml --resume
              ranvier run Examples/digits.yaml --seeds 5
              ranvier run Examples/mnist.yaml --data-directory ~/data --json > result.json
            """)

    @Argument(
        help: "The YAML file that says what to do; or a table, a folder of tables, or a pattern.",
        completion: .file(extensions: ["yaml", "csv", "tsv", "gz"]))
    var config: String

    @OptionGroup(title: "For tables") var table: TableRunOptions

    @Option(
        help: ArgumentHelp(
            "Run with this many seeds, from the configuration's or --seed on, and tell mean and deviation.",
            valueName: "count"))
    var seeds: Int?

    @Option(
        help: ArgumentHelp(
            "The run directory, runs/<config>-<seed> if not given; with --seeds the folder of all runs.",
            valueName: "folder"),
        completion: .directory)
    var output: String?

    @OptionGroup var options: RunOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        try IntegerOption.check("--seeds", seeds, to: IntegerOption.seeds)
        try IntegerOption.check(seed: options.seed, count: seeds)
        if !isTable, !table.isEmpty {
            throw ValidationError(
                "--target and the other options for tables: expected a table, found the configuration "
                    + "'\(config)'; set keys with --set")
        }
        if isTable, FileNature(of: URL(filePath: config)) == .configuration {
            throw ValidationError(
                "'\(config)' looks like a configuration: expected its name to end in .yaml; rename it"
            )
        }
        if seeds != nil, options.resume {
            throw ValidationError(
                "--resume: with --seeds runs that are there go on anyway; leave it out")
        }
    }

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        if let seeds { return try run(seeds: seeds, in: workbench, on: terminal) }
        terminal.stopOnInterrupt("stopping after this step; press Ctrl-C again to stop at once")
        try terminal.finish {
            var request = RunRequest(
                configuration: URL(filePath: config), seed: options.seed, threads: threads.threads,
                output: output.map { URL(filePath: $0, directoryHint: .isDirectory) },
                dataDirectory: data.dataDirectory, overwrite: options.overwrite,
                resume: options.resume, overrides: options.overrides, command: CommandLine.arguments
            )
            if isTable {
                try workbench.imply(tableRequest, onto: &request, terminal.events)
            }
            return try workbench.run(request, events: terminal.events)
        }
    }

    /// Whether a table was named and no configuration.
    private var isTable: Bool { !["yaml", "yml"].contains(URL(filePath: config).pathExtension) }

    /// What is asked of a table, with what --set says about how it is written.
    private var tableRequest: TableRequest {
        var request = table.request(data: [config])
        request.reading = options.overrides.filter(TableRequest.isReading)
        return request
    }

    private func run(seeds: Int, in workbench: Workbench, on terminal: Terminal) throws {
        var file = URL(filePath: config)
        if isTable {
            file = try workbench.writeImplied(
                tableRequest, seed: options.seed, under: output, terminal.events)
        }
        var request = SweepRequest(configuration: file)
        request.seeds = seeds
        request.firstSeed = options.seed
        request.overrides = options.overrides
        if let output { request.output = URL(filePath: output, directoryHint: .isDirectory) }
        request.dataDirectory = data.dataDirectory
        request.overwrite = options.overwrite
        request.threads = threads.threads
        try SweepCommand.perform(request, in: workbench, on: terminal)
    }
}
