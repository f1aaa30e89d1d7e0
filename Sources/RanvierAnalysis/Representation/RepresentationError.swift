import RanvierConfiguration

/// Networks that cannot be compared.
package enum RepresentationError: Error, CustomStringConvertible, ExitStatusProviding, Equatable {
    /// The networks were tested on different samples.
    case differentSamples(expected: String, found: String)
    /// Too few samples.
    case tooFewSamples(expected: Int, found: Int)

    package var description: String {
        switch self {
        case .differentSamples(let expected, let found):
            "both networks must answer to the same test samples: expected \(expected), "
                + "found \(found); train the second on the same data set and seed of the split"
        case .tooFewSamples(let expected, let found):
            "expected at least \(expected) test samples, found \(found); "
                + "take a smaller batch with --samples"
        }
    }

    package var exitStatus: ExitStatus { .badInput }
}
