/// A file that Ranvier stored and cannot read back.
public struct StoredFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with it.
    public enum Problem: Hashable, Sendable {
        /// It is not there, or cannot be opened.
        case unreadable(reason: String)
        /// Its checksum is another's.
        case changed(reason: String)
        /// A later version wrote it.
        case newer(reason: String)
        /// It holds something else.
        case invalid(reason: String)
    }

    /// The file, as the user would name it.
    public let file: String
    /// What is wrong.
    public let problem: Problem

    /// An error about a file.
    public init(file: String, problem: Problem) {
        self.file = file
        self.problem = problem
    }

    /// What is wrong, without the file.
    public var reason: String {
        switch problem {
        case .unreadable(let reason), .changed(let reason), .newer(let reason),
            .invalid(let reason):
            reason
        }
    }

    /// File, expected, found.
    public var description: String { "\(file): \(reason)" }
}
