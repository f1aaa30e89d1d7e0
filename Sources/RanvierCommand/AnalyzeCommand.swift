import ArgumentParser
import Foundation
import RanvierExperiments

/// `ranvier analyze …`.
struct AnalyzeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "analyze",
        abstract:
            "Look into networks: what they share, how their spike times depend on their weights.",
        discussion: """
            EXAMPLES
              ranvier analyze cka runs/digits-0 runs/exact-digits-0
              ranvier analyze robustness runs/digits-0
              ranvier analyze resolution runs/words-0
              ranvier analyze neurobench runs/digits-0
              ranvier analyze continuity
            """,
        subcommands: [
            AnalyzeSimilarityCommand.self, AnalyzeRobustnessCommand.self,
            AnalyzeResolutionCommand.self, AnalyzeNeuroBenchCommand.self, Continuity.self,
        ])

    /// `ranvier analyze continuity`.
    struct Continuity: Verb {
        static let configuration = CommandConfiguration(
            abstract: "Count jumps of spike times along random directions through networks.",
            discussion: """
                Trains small networks of QIF, theta and LIF neurons by exact gradients and a clocked \
                LIF network by surrogate gradients, moves all weights along random directions, and \
                counts where the first spikes of the outputs jump or bend, and how steep they get. \
                Writes tables, figures and a page.

                With a run, the same of its stored network on samples of its own test data: the first \
                spikes of its outputs, or their scores where they do not spike.

                EXAMPLES
                  ranvier analyze continuity
                  ranvier analyze continuity --sweeps 20 --seed 7 --json
                  ranvier analyze continuity runs/digits-0 --sweeps 20
                """)

        @Argument(
            help: "A run: folder, or name in the index; the networks that are built in if left out."
        )
        var stored: String?

        @Option(
            help: ArgumentHelp("The folder of runs and their index.", valueName: "folder"),
            completion: .directory)
        var runs = "runs"

        @Option(help: ArgumentHelp("Sweeps for each kind of network.", valueName: "count"))
        var sweeps = 100

        @Option(help: ArgumentHelp("Grid points of a sweep.", valueName: "count"))
        var positions = 201

        @Option(help: ArgumentHelp("Seed of networks and directions.", valueName: "number"))
        var seed = 1

        @Option(
            help: ArgumentHelp("The folder for tables, figures and page.", valueName: "folder"),
            completion: .directory)
        var output = "analysis/continuity"

        @OptionGroup var places: DataOptions
        @OptionGroup var threads: ThreadOptions
        @OptionGroup var display: DisplayOptions

        func validate() throws {
            if stored == nil, let folder = places.dataDirectory {
                throw ValidationError(
                    "--data-directory: only a stored run has data, found '\(folder)' without a run")
            }
            try IntegerOption.check("--sweeps", sweeps, to: 1_000_000)
            try IntegerOption.check("--positions", positions, from: 3, to: 1_000_000)
            try IntegerOption.check(seed: seed)
        }

        func run(in workbench: Workbench) throws {
            let terminal = display.terminal
            terminal.stopOnInterrupt(
                "stopping after this sweep; press Ctrl-C again to stop at once")
            var request = ContinuityRequest()
            request.dataDirectory = places.dataDirectory
            request.sweeps = sweeps
            request.positions = positions
            request.seed = UInt64(seed)
            request.output = URL(filePath: output, directoryHint: .isDirectory)
            request.threads = threads.threads
            request.command = CommandLine.arguments
            let named = stored, root = URL(filePath: runs, directoryHint: .isDirectory)
            try terminal.finish {
                request.run = try named.map { try workbench.runFolder($0, output: root) }
                return try workbench.analyzeContinuity(request, events: terminal.events)
            }
        }
    }
}
