import RanvierConfiguration
import RanvierFormats

// The readers know nothing of commands; how these errors end one is said where data enters.

extension CheckpointError: ExitStatusProviding {
    /// A file that was given.
    public var exitStatus: ExitStatus { .badInput }
}

extension FileError: ExitStatusProviding {
    /// The output folder, in nearly every case.
    public var exitStatus: ExitStatus { .wrongUsage }
}

extension DataError: ExitStatusProviding {
    /// A file that was given, unless the words of the user ask for what cannot be.
    public var exitStatus: ExitStatus {
        switch kind {
        case .invalidParameter, .unknownName: .wrongUsage
        default: .badInput
        }
    }
}

extension StoredFileError: ExitStatusProviding {
    /// A file that was given.
    public var exitStatus: ExitStatus { .badInput }
}
