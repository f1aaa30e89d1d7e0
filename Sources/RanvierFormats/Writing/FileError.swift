import Foundation

/// A file or folder could not be made, written or moved.
public struct FileError: Error, Equatable, CustomStringConvertible {
    /// The file or folder, as the user would name it.
    public let path: String
    /// What was tried, as a verb phrase: `create the folder`.
    public let operation: String
    /// What the system answered: `Permission denied`.
    public let reason: String
    /// The system's number for it; nil where it gave none.
    public let errorNumber: Int32?

    /// Creates an error from its parts.
    public init(path: String, operation: String, reason: String, errorNumber: Int32? = nil) {
        self.path = path
        self.operation = operation
        self.reason = reason
        self.errorNumber = errorNumber
    }

    /// Creates an error from the system's error number of the call that just failed.
    package init(_ url: URL, _ operation: String, errorNumber: Int32 = errno) {
        self.init(
            path: url.path, operation: operation, reason: String(cString: strerror(errorNumber)),
            errorNumber: errorNumber)
    }

    /// The error in one line.
    public var description: String {
        "\(path): cannot \(operation): \(reason)"
    }
}
