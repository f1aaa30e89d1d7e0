import ArgumentParser
import RanvierConfiguration
import RanvierExperiments

/// `ranvier prune RUN --sparsity S`.
struct PruneCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract:
            "Take connections away from a stored network, round by round, and train what is left.",
        discussion: """
            The result is a run like any other, whose masks hold wherever it is opened. Each round takes the \
            same share of what is left; weights stay, and the schedule of the learning rate begins anew. \
            The configuration that is implied is written to the new run's folder (implied.yaml): rewinding \
            to earlier weights, early tickets and other phases are said there, and run by ranvier run.

            EXAMPLES
              ranvier prune runs/digits-0 --sparsity 0.9
              ranvier prune runs/digits-0 --sparsity 0.95 --rounds 10 --epochs 40 --output runs/ticket
              ranvier prune digits-0 --sparsity 0.5 --unit neurons --scope layer-wise
            """)

    @OptionGroup var options: CompressionOptions

    @Option(
        help: ArgumentHelp("Share of the connections that goes, 0 to below 1.", valueName: "share"))
    var sparsity: Double

    @Option(
        help: ArgumentHelp(
            "Rounds; left out, so many that each takes half of what is left.", valueName: "count"))
    var rounds: Int?

    @Option(
        help: ArgumentHelp(
            "What a connection is worth: magnitude (usual) or another criterion.",
            valueName: "word"))
    var criterion: String?

    @Option(
        help: ArgumentHelp(
            "Among which: global (usual), layer-wise, erdos-renyi.", valueName: "word"))
    var scope: String?

    @Option(
        help: ArgumentHelp(
            "What goes as one: weights (usual), neurons, kernels, input-channels, blocks-1x8, blocks-4x4.",
            valueName: "word"))
    var unit: String?

    func validate() throws {
        guard sparsity >= 0 && sparsity < 1 else {
            throw ValidationError("--sparsity: expected 0 to below 1, found '\(sparsity)'")
        }
        if let rounds, !(1...1000).contains(rounds) {
            throw ValidationError("--rounds: expected 1 to 1000, found '\(rounds)'")
        }
    }

    func run(in workbench: Workbench) throws {
        let keys = options.keys([
            ("rounds", rounds.map { .integer($0) }), ("criterion", criterion.map { .string($0) }),
            ("scope", scope.map { .string($0) }), ("unit", unit.map { .string($0) }),
        ])
        try options.perform(.prune(sparsity: sparsity, keys), in: workbench)
    }
}
