/// What is wrong with a data set or file: where, what was expected, what was found, what to try.
public struct DataError: Error, Hashable, Sendable {
    /// The sort of trouble, for programs that react to it.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// A file or folder is not there.
        case missing
        /// A file is there and cannot be read.
        case unreadable
        /// A file ends too early.
        case truncated
        /// A file goes on after its end.
        case trailingBytes
        /// The contents contradict themselves (checksum, broken compression).
        case corrupt
        /// Another format than expected.
        case wrongFormat
        /// A format or option that is known and not read.
        case unsupported
        /// Numbers of things that belong together differ.
        case countMismatch
        /// A label is none of the classes.
        case labelOutsideClasses
        /// A value is NaN or infinite.
        case notFinite
        /// A value that what follows has no meaning for.
        case outsideRange
        /// A column, name or position that does not exist.
        case unknownName
        /// A parameter makes no sense.
        case invalidParameter
    }

    /// The sort of trouble.
    public let kind: Kind
    /// File or data set, with the place inside it where there is one.
    public let place: String
    /// What should have been there.
    public let expected: String
    /// What was there.
    public let found: String
    /// What to try.
    public let advice: String

    /// An error with all that its message says.
    public init(
        _ kind: Kind, at place: String, expected: String, found: String, advice: String
    ) {
        self.kind = kind
        self.place = place
        self.expected = expected
        self.found = found
        self.advice = advice
    }
}

extension DataError: CustomStringConvertible {
    /// One line: place, expectation, finding, advice.
    public var description: String {
        "\(place): expected \(expected), found \(found); \(advice)"
    }
}
