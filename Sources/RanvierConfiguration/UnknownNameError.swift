/// A name of the command line that stands for nothing.
public struct UnknownNameError: Error, Equatable, CustomStringConvertible, ExitStatusProviding {
    /// What was named, such as `study`.
    public let kind: String
    /// The name given.
    public let name: String
    /// The names there are.
    public let known: [String]

    /// Creates an error.
    public init(_ kind: String, _ name: String, known: [String]) {
        self.kind = kind
        self.name = name
        self.known = known
    }

    /// What was expected, what was found, and the nearest name.
    public var description: String {
        let nearest = NearestName.of(name, among: known).map { "; did you mean '\($0)'?" } ?? ""
        return
            "\(kind): expected one of \(known.joined(separator: ", ")), found '\(name)'\(nearest)"
    }

    /// The user's words.
    public var exitStatus: ExitStatus { .wrongUsage }
}
