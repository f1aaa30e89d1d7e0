extension Experiments {
    /// Evaluates a stored network.
    public static func evaluate(
        _ request: EvaluateRequest, events: CommandEvents = CommandEvents()
    ) throws -> CommandOutcome {
        // PLACEHOLDER: looks for the run, then gives up.
        try RunDirectory.requireRun(request.run)
        throw MissingVerb(verb: "evaluate")
    }
}
