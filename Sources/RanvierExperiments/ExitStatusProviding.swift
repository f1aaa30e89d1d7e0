import RanvierTraining

/// An error that knows how the command should end because of it.
///
/// Errors of this module conform where they are declared; those of the modules below conform here,
/// so that they need not know of commands.
public protocol ExitStatusProviding: Error {
    /// How the command ends.
    var exitStatus: ExitStatus { get }
}

extension ConfigurationError: ExitStatusProviding {
    /// The user's words.
    public var exitStatus: ExitStatus { .wrongUsage }
}

// MARK: - Errors of the modules below

extension CheckpointError: ExitStatusProviding {
    /// A file that was given.
    public var exitStatus: ExitStatus { .badInput }
}

extension FileError: ExitStatusProviding {
    /// The output folder, in nearly every case.
    public var exitStatus: ExitStatus { .wrongUsage }
}
