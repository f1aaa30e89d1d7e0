import Foundation
import RanvierConfiguration
import RanvierFormats

// The readers know nothing of commands; how these errors end one is said where data enters.

extension CheckpointError: ExitStatusProviding {
    /// A file that was given.
    public var exitStatus: ExitStatus { .badInput }
}

extension FileError: ExitStatusProviding {
    /// A name that nobody may write is the user's word; a disk that is full or broken is what came of the run.
    public var exitStatus: ExitStatus {
        guard let errorNumber else { return .wrongUsage }
        let ofNames = [
            EACCES, EPERM, EROFS, ENOENT, ENOTDIR, EISDIR, EEXIST, ENOTEMPTY, ELOOP, ENAMETOOLONG,
            EINVAL, ENXIO, EBUSY, ETXTBSY, EXDEV,
        ]
        return ofNames.contains(errorNumber) ? .wrongUsage : .runFailed
    }
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
