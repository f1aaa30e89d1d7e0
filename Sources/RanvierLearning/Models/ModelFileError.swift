import RanvierConfiguration

/// A stored model that cannot be opened.
public struct ModelFileError: Error, Hashable, CustomStringConvertible, ExitStatusProviding {
    /// The file.
    public let file: String
    /// What was expected and what was found.
    public let reason: String

    /// An error about a file.
    public init(file: String, reason: String) {
        self.file = file
        self.reason = reason
    }

    /// File, expected, found.
    public var description: String { "\(file): \(reason)" }
    /// Bad input.
    public var exitStatus: ExitStatus { .badInput }
}
