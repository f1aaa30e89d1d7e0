import ArgumentParser
import RanvierConfiguration
import RanvierExperiments

/// `ranvier quantize RUN --bits B`.
struct QuantizeCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "quantize",
        abstract: "See the weights of a stored network in few bits, and train it so.",
        discussion: """
            The result is a run like any other. Masks of a pruned network hold. Left out, the scheme is \
            a step that learns for three bits and more, three weights for two bits, signs for one.

            EXAMPLES
              ranvier quantize runs/digits-0 --bits 4
              ranvier quantize runs/ticket --bits 8 --scheme symmetric --scale output --epochs 5
              ranvier quantize runs/digits-0 --bits 8 --post-training
            """)

    @OptionGroup var options: CompressionOptions

    @Option(help: ArgumentHelp("Bits of a weight, 1 to 16.", valueName: "count"))
    var bits: Int

    @Option(
        help: ArgumentHelp(
            "How weights are rounded: learned-step, symmetric, power-of-two, shared-scale, binary, ternary.",
            valueName: "word"))
    var scheme: String?

    @Option(
        help: ArgumentHelp(
            "What has a scale of its own: tensor (usual) or output.", valueName: "word"))
    var scale: String?

    @Flag(help: "Round without training: scales by least error, biases by samples.")
    var postTraining = false

    func validate() throws {
        guard (1...16).contains(bits) else {
            throw ValidationError("--bits: expected 1 to 16, found '\(bits)'")
        }
        guard postTraining else { return }
        if scheme != nil || options.epochs ?? 0 > 0 || options.learningRate != nil {
            throw ValidationError(
                "--post-training: nothing is trained and the scheme is symmetric; leave --scheme, --epochs and "
                    + "--learning-rate out")
        }
        if bits < 2 {
            throw ValidationError(
                "--post-training: expected 2 bits or more, found 1; signs alone need training")
        }
    }

    func run(in workbench: Workbench) throws {
        let keys = options.keys([
            ("scheme", scheme.map { .string($0) }), ("scale", scale.map { .string($0) }),
        ])
        try options.perform(
            postTraining ? .postQuantize(bits: bits, keys) : .quantize(bits: bits, keys),
            in: workbench)
    }
}
