import RanvierConfiguration

/// The index of runs cannot be used.
public enum RunIndexError: Error, Equatable, CustomStringConvertible, ExitStatusProviding {
    /// There is no index.
    case missing(path: String)
    /// The file is not an index, or damaged.
    case corrupt(path: String, reason: String)
    /// The index was written by a later version.
    case tooNew(path: String)
    /// The file cannot be opened, or another process keeps it for too long.
    case unusable(path: String, reason: String)
    /// No run has this name, number or path.
    case noSuchRun(name: String, nearest: String?)

    /// The error in one line, with what to try.
    public var description: String {
        switch self {
        case .missing(let path):
            "\(path): no index of runs there; `ranvier run CONFIG` makes it, "
                + "`ranvier runs list --rebuild` makes it from the run directories, "
                + "--output names another folder"
        case .corrupt(let path, let reason):
            "\(path): the index of runs is damaged (\(reason)); "
                + "`ranvier runs list --rebuild` makes it anew from the run directories"
        case .tooNew(let path):
            "\(path): the index was written by a later version of ranvier; use that one, "
                + "or `ranvier runs list --rebuild`"
        case .unusable(let path, let reason):
            "\(path): cannot open the index of runs: \(reason)"
        case .noSuchRun(let name, let nearest):
            "\(name): no such run" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
                + "; `ranvier runs list` shows those that are there"
        }
    }

    /// Bad input if damaged, wrong usage otherwise.
    public var exitStatus: ExitStatus {
        switch self {
        case .corrupt, .tooNew: .badInput
        case .missing, .unusable, .noSuchRun: .wrongUsage
        }
    }
}
