import RanvierConfiguration

/// A run directory that cannot be used as asked.
public enum RunError: Error, Equatable, CustomStringConvertible, ExitStatusProviding {
    /// The directory holds a run already, and overwriting was not asked for.
    case exists(path: String)
    /// The directory holds something other than a run, so it is not replaced.
    case notARun(path: String)
    /// Another process is writing the run.
    case locked(path: String)
    /// There is no such run directory.
    case missing(path: String)
    /// The run that was to go on has another configuration.
    case differs(path: String, key: String)
    /// The run that was asked for is there with another configuration.
    case taken(path: String, key: String)
    /// The run has gone on for more epochs than are asked for now.
    case beyond(path: String, done: Int, asked: Int)
    /// The folder of a run that was to be removed holds something else, too.
    case holdsOthers(path: String, names: [String])
    /// What was to be removed is only a link to a run.
    case link(path: String)
    /// A file of the run is not there, or holds something else.
    case damaged(path: String, reason: String)

    /// The error in one line, with what to try.
    public var description: String {
        switch self {
        case .exists(let path):
            "\(path): there is a run already; use --overwrite to replace it, --resume to go on, "
                + "or --output to write elsewhere"
        case .notARun(let path):
            "\(path): expected a run directory (with config.yaml), found something else, which is left as "
                + "it is; name another folder"
        case .locked(let path):
            "\(path): another process is writing this run; wait until it has ended"
        case .missing(let path):
            "\(path): no such run directory; `ranvier runs list` shows those that are there"
        case .differs(let path, let key):
            "\(path): the run was begun with another value of '\(key)'; go on with the same "
                + "configuration (only training.epochs may differ), or begin anew with --overwrite in place of "
                + "--resume"
        case .taken(let path, let key):
            "\(path): there is a run with another value of '\(key)'; use another --output, or "
                + "remove it with `ranvier runs remove`"
        case .beyond(let path, let done, let asked):
            "\(path): the run has done \(done) epochs, more than the \(asked) that are asked for; "
                + "ask for at least \(done) to go on, or begin anew with --overwrite in place of --resume"
        case .holdsOthers(let path, let names):
            "\(path): holds files that are not the run's (\(names.joined(separator: ", "))); nothing was "
                + "removed; move them away, or use --force to remove them, too"
        case .link(let path):
            "\(path): expected a run directory, found a link to one; nothing was removed; name the "
                + "directory itself"
        case .damaged(let path, let reason):
            "\(path): \(reason)"
        }
    }

    /// Wrong usage, but for damaged files.
    public var exitStatus: ExitStatus {
        if case .damaged = self { .badInput } else { .wrongUsage }
    }
}
