import ArgumentParser
import RanvierRuns

/// How a run is done and what becomes of one that is there: what `run`, `prune` and `quantize` share.
struct RunOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Use this seed, not the configuration's.", valueName: "number"))
    var seed: Int?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "Set a value of the configuration; may be given several times.",
            valueName: "key.path=value"),
        transform: { try ConfigurationOverride($0) })
    var overrides: [ConfigurationOverride] = []

    @Flag(help: "Replace a run that is there.")
    var overwrite = false

    @Flag(help: "Go on from the last checkpoint of a run that is there.")
    var resume = false

    func validate() throws {
        try IntegerOption.check(seed: seed)
        if overwrite && resume {
            throw ValidationError("--overwrite and --resume: expected one of them, found both")
        }
    }
}
