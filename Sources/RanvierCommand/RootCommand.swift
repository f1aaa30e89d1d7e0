import ArgumentParser
import RanvierConfiguration
import RanvierExperiments

/// The command `ranvier`.
struct RootCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ranvier",
        abstract: "Train, study and compare spiking neural networks.",
        discussion: """
            EXAMPLES
              ranvier run Examples/digits.yaml
                  Train a spiking network on handwritten digits and write a report.
              ranvier run Examples/digits.yaml --seed 1 --set training.epochs=5
                  The same with another seed and fewer epochs.
              ranvier runs list
                  Show what has been run.
              ranvier compare runs/digits-0 Examples/exact-digits.yaml
                  Put two networks side by side, the second trained first.
              ranvier reproduce smooth/single-neuron
                  Do a published study again, its numbers beside yours.

            Progress and messages go to standard error, results to standard output. With --json, \
            standard output holds one JSON object and nothing else.

            EXIT STATUS
              0 done, 1 the run failed, 2 wrong usage, 3 bad input data, 130 interrupted

            SHELL COMPLETION
              ranvier --generate-completion-script bash   (or zsh, fish)
            """,
        version: ToolVersion.current,
        subcommands: [
            RunCommand.self, EvaluateCommand.self, CompareCommand.self, ReportCommand.self,
            RunsCommand.self, DataCommand.self, AnalyzeCommand.self, ReproduceCommand.self,
            BenchCommand.self,
        ])

    /// Parses the command line, does what it says, and ends the process with the right status.
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let ending = CommandEnding(json: arguments.contains("--json"))
        do {
            try checkVerb(arguments.first)
            var command = try parseAsRoot(arguments)
            do {
                try command.run()
            } catch {
                ending.end(afterRunning: error)
            }
        } catch {
            ending.end(afterParsing: error)
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
