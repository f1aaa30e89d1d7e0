/// How the command ends.
public enum ExitStatus: Int32, Sendable {
    /// Done.
    case done = 0
    /// The run failed: not the user's words nor data, but what came of them.
    case runFailed = 1
    /// Wrong usage: command line, configuration, output folder.
    case wrongUsage = 2
    /// Bad input: data files, checkpoints.
    case badInput = 3
    /// Stopped by Ctrl-C (128 + SIGINT).
    case interrupted = 130

    /// The status that an error ends the command with; `runFailed` if the error does not say.
    public init(for error: any Error) {
        self = (error as? any ExitStatusProviding)?.exitStatus ?? .runFailed
    }
}
