/// An error that knows how the command should end because of it.
public protocol ExitStatusProviding: Error {
    /// How the command ends.
    var exitStatus: ExitStatus { get }
}

extension ConfigurationError: ExitStatusProviding {
    /// The user's words.
    public var exitStatus: ExitStatus { .wrongUsage }
}
