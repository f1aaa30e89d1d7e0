import RanvierConfiguration

/// Why there is no smallest network.
enum ShrinkError: Error, CustomStringConvertible, ExitStatusProviding {
    /// A network whose weights cannot be seen through masks.
    case notParameterized(kind: String)
    /// Nothing to choose on.
    case noValidation
    /// More state than is allowed, however few the weights.
    case stateTooLarge(needed: Int, allowed: Int)
    /// A folder that holds a search for something else.
    case otherSearch(folder: String)
    /// Nothing that was tried does.
    case noneFits(page: String)

    var description: String {
        switch self {
        case .notParameterized(let kind):
            "expected a network whose weights can be pruned and rounded, found one of the kind '\(kind)'"
        case .noValidation:
            "expected validation samples to choose on, found none; set dataset.validation-fraction"
        case .stateTooLarge(let needed, let allowed):
            "--ram: the state of the network needs \(needed) bytes, and \(allowed) are allowed; fewer or "
                + "narrower weights do not change that: begin with a network of fewer neurons"
        case .otherSearch(let folder):
            "\(folder) holds a search from another run or with other limits; name another folder, or "
                + "replace it with --overwrite"
        case .noneFits(let page):
            "no network fits; how near those that were tried came is in \(page). Allow more bytes or a larger "
                + "loss, or begin with another network"
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .notParameterized, .noValidation, .otherSearch, .stateTooLarge: .wrongUsage
        case .noneFits: .runFailed
        }
    }
}
