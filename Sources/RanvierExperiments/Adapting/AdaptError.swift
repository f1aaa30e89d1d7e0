import RanvierConfiguration

/// What keeps an adaptation from being begun.
enum AdaptError: Error, Equatable, CustomStringConvertible, ExitStatusProviding {
    /// The run's own data are no new ones.
    case noDrift
    /// The run has followed its sensors already, so that its own data are not as its sensors are.
    case adaptedBefore(run: String, what: String)
    /// A rule that there is not.
    case rule(String, known: [String], nearest: String?)
    /// Labels were asked for and are not there.
    case noLabels(data: String)
    /// What has no effect as other options are.
    case idle(option: String, reason: String)

    var description: String {
        switch self {
        case .noDrift:
            "expected data that have drifted, found the run's own as they are; name a table or a data set, "
                + "or try a drift with --drift gain=0.6,offset=0.15,missing=3"
        case .adaptedBefore(let run, let what):
            "\(run): expected \(what) from sensors as this run knows them; found a run that was adapted "
                + "already, whose own data are from before; hand such samples in, or adapt the run that it came from"
        case .rule(let word, let known, let nearest):
            "--rule: expected none or one of \(known.joined(separator: ", ")), found '\(word)'"
                + (nearest.map { "; did you mean '\($0)'?" } ?? "")
        case .noLabels(let data):
            "\(data): expected labels or values that are right, found none; name their column by --target, "
                + "or leave labels out of it with --no-labels"
        case .idle(let option, let reason): "\(option): has no effect \(reason)"
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .noLabels: .badInput
        default: .wrongUsage
        }
    }
}
