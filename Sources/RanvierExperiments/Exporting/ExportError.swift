import RanvierConfiguration

/// What keeps an export from being written.
enum ExportError: Error, CustomStringConvertible, ExitStatusProviding {
    /// Something is there already.
    case occupied(folder: String)

    var description: String {
        switch self {
        case .occupied(let folder):
            "\(folder): expected no folder of that name, or one that an export wrote and --overwrite; found "
                + "something"
        }
    }

    var exitStatus: ExitStatus { .wrongUsage }
}
