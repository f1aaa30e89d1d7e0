/// How far a run has come.
public enum RunStatus: String, Codable, CaseIterable, Sendable {
    /// A process is at it.
    case running
    /// It came to its end.
    case finished
    /// It ended with an error.
    case failed
    /// It was stopped, by Ctrl-C or otherwise, and may be resumed.
    case interrupted
}
