import RanvierData
import RanvierExact
import RanvierNetworks
import RanvierSpikes
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

extension DataError: ExitStatusProviding {
    /// A file that was given, unless the words of the user ask for what cannot be.
    public var exitStatus: ExitStatus {
        switch kind {
        case .invalidParameter, .unknownName: .wrongUsage
        default: .badInput
        }
    }
}

extension TrainingError: ExitStatusProviding {
    /// The run's own failure, a stop by the user, or parts of the configuration that do not fit.
    public var exitStatus: ExitStatus {
        switch self {
        case .nonFinite: .runFailed
        case .interrupted: .interrupted
        case .mismatch: .wrongUsage
        }
    }
}

extension NetworkError: ExitStatusProviding {
    /// Layers of the configuration that do not fit, or a stored network that is another's.
    public var exitStatus: ExitStatus {
        if case .parameters = self { .badInput } else { .wrongUsage }
    }
}

extension MemoryError: ExitStatusProviding {
    /// The configuration asks for more than there is.
    public var exitStatus: ExitStatus { .wrongUsage }
}

extension SpikeError: ExitStatusProviding {
    /// Values that an encoder cannot take, or an encoder that the configuration should not have chosen.
    public var exitStatus: ExitStatus {
        if case .valueOutsideRange = self { .badInput } else { .wrongUsage }
    }
}

extension ExactError: ExitStatusProviding {
    /// Quantities that cannot be, or a network that does not come to an end.
    public var exitStatus: ExitStatus {
        switch self {
        case .eventLimitReached, .instantaneousCycle: .runFailed
        default: .wrongUsage
        }
    }
}
