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

            EXAMPLES
              ranvier run Examples/digits.yaml
              ranvier run Examples/digits.yaml --seed 1 --set training.epochs=5
              ranvier run Examples/digits.yaml --resume
              ranvier run Examples/mnist.yaml --data-directory ~/data --json > result.json
            """)

    @Argument(help: "The YAML file that says what to do.", completion: .file(extensions: ["yaml"]))
    var config: String

    @Option(help: ArgumentHelp("Use this seed, not the configuration's.", valueName: "number"))
    var seed: Int?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "Set a value of the configuration; may be given several times.",
            valueName: "key.path=value"),
        transform: { try ConfigurationOverride($0) })
    var overrides: [ConfigurationOverride] = []

    @Option(
        help: ArgumentHelp(
            "The run directory; runs/<config>-<seed> if not given.", valueName: "folder"),
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
        if overwrite && resume {
            throw ValidationError("--overwrite and --resume: expected one of them, found both")
        }
    }

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        terminal.stopOnInterrupt("stopping after this step; press Ctrl-C again to stop at once")
        let request = RunRequest(
            configuration: URL(filePath: config), seed: seed, threads: threads.threads,
            output: output.map { URL(filePath: $0, directoryHint: .isDirectory) },
            dataDirectory: data.dataDirectory,
            overwrite: overwrite, resume: resume, overrides: overrides,
            command: CommandLine.arguments)
        try terminal.finish { try workbench.run(request, events: terminal.events) }
    }
}
