/// A verb whose parts are not there yet.
struct MissingVerb: Error, CustomStringConvertible {
    let verb: String
    var description: String { "\(verb): not built yet" }
}

extension Experiments {
    /// Trains and evaluates as the configuration says; writes a run directory.
    public static func run(
        _ request: RunRequest, events: CommandEvents = CommandEvents()
    ) throws -> CommandOutcome {
        // PLACEHOLDER: reads the configuration, then gives up.
        _ = try ConfigurationReader(file: request.configuration, overrides: request.overrides)
        throw MissingVerb(verb: "run")
    }
}
