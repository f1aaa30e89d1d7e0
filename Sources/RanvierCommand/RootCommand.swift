import ArgumentParser
import RanvierConfiguration
import RanvierExperiments

/// The command `ranvier`.
struct RootCommand: ParsableCommand {
    /// Verbs of other packages, while their command runs.
    @TaskLocal static var further: [any Verb.Type] = []

    private static let verbs: [any ParsableCommand.Type] = [
        RunCommand.self, InitCommand.self, SweepCommand.self, EvaluateCommand.self,
        PredictCommand.self,
        CompareCommand.self, PruneCommand.self, QuantizeCommand.self, ShrinkCommand.self,
        ExportCommand.self, AdaptCommand.self,
        ReportCommand.self, RunsCommand.self, DataCommand.self, AnalyzeCommand.self,
        ReproduceCommand.self, BenchCommand.self, ExplainCommand.self,
    ]

    static var configuration: CommandConfiguration {
        let taken = further.map { $0.configuration.commandName }
        return CommandConfiguration(
            commandName: "ranvier",
            abstract: "Train, study, compare and compress spiking neural networks.",
            discussion: """
                EXAMPLES
                  ranvier run Examples/digits.yaml
                      Train a spiking network on handwritten digits and write a report.
                  ranvier run Examples/digits.yaml --seed 1 --set training.epochs=5
                      The same with another seed and fewer epochs.
                  ranvier runs list
                      Show what has been run.
                  ranvier predict runs/digits-0 new.csv
                      Answer new rows, one by one.
                  ranvier compare runs/digits-0 Examples/exact-digits.yaml
                      Put two networks side by side, the second trained first.
                  ranvier sweep Examples/digits.yaml --seeds 5 --vary network.hidden=32,64,128
                      Several seeds and settings on all cores, mean and deviation in one table.
                  ranvier prune runs/digits-0 --sparsity 0.9
                      Take nine of ten connections away; ranvier quantize then takes bits.
                  ranvier reproduce smooth/single-neuron
                      Do a published study again, its numbers beside yours.

                Progress and messages go to standard error, results to standard output. With --json, \
                standard output holds one JSON object (of predict one a line) and nothing else. What cannot \
                be written there, for want of space or because its reader is gone, is an error of status 1.

                EXIT STATUS
                  0 done, 1 the run failed, 2 wrong usage, 3 bad input data, 130 interrupted (Ctrl-C, \
                SIGTERM, or SIGHUP unless nohup has it ignored)

                SHELL COMPLETION
                  ranvier --generate-completion-script bash   (or zsh, fish)
                """,
            version: ToolVersion.current,
            subcommands: verbs.filter { !taken.contains($0.configuration.commandName) }
                + further.map { $0 })
    }

    /// Parses the command line, does what it says, and ends the process with the right status.
    static func main(_ workbench: Workbench, verbs: [any Verb.Type] = []) {
        StandardOutput.prepare()
        $further.withValue(verbs) {
            let arguments = Array(CommandLine.arguments.dropFirst())
            let ending = CommandEnding(json: arguments.contains("--json"))
            do {
                try checkVerb(arguments.first)
                var command = try parseAsRoot(arguments)
                do {
                    if let verb = command as? any Verb {
                        try verb.run(in: workbench)
                    } else {
                        try command.run()
                    }
                } catch {
                    ending.end(afterRunning: error)
                }
            } catch {
                ending.end(afterParsing: error)
            }
        }
    }

    /// Rejects a mistyped verb with the nearest one.
    private static func checkVerb(_ word: String?) throws {
        let verbs = configuration.subcommands.compactMap { $0.configuration.commandName }
        guard let word, !word.hasPrefix("-"), !(verbs + ["help"]).contains(word) else { return }
        let hint = NearestName.of(word, among: verbs).map { "; did you mean '\($0)'?" } ?? ""
        throw ValidationError(
            "expected one of \(verbs.joined(separator: ", ")), found '\(word)'\(hint)")
    }
}
