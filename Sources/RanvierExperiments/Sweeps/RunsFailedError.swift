import RanvierConfiguration

/// None of the runs that were asked for came to its end.
struct RunsFailedError: Error, CustomStringConvertible, ExitStatusProviding {
    let failures: [(name: String, message: String, status: ExitStatus)]

    var description: String {
        let first = failures.first.map { "\($0.name): \($0.message)" } ?? ""
        return failures.count == 1
            ? first : "all \(failures.count) runs failed; the first, \(first)"
    }

    /// That of the runs where all ended alike.
    var exitStatus: ExitStatus {
        let all = Set(failures.map(\.status))
        return all.count == 1 ? all.first ?? .runFailed : .runFailed
    }
}
