import RanvierConfiguration
import RanvierFormats

/// What a command gives back: text for people, and JSON for programs.
public struct CommandOutcome: Sendable {
    /// For people, without a final line end; may be empty.
    public let text: String
    /// The same for programs.
    public let value: any Encodable & Sendable
    /// Where the answer is a stream: one JSON object a line.
    public let lines: [any Encodable & Sendable]?
    /// How the command ends after it has shown this: not `done` where a part of the work failed.
    public var status = ExitStatus.done

    /// Creates an outcome with one JSON object.
    public init(text: String, value: any Encodable & Sendable) {
        self.text = text
        self.value = value
        lines = nil
    }

    /// Creates an outcome with a JSON object for each line.
    public init(text: String, lines: [any Encodable & Sendable]) {
        self.text = text
        value = lines.count
        self.lines = lines
    }

    /// The JSON, with sorted keys and dates in ISO 8601: one object, or one a line.
    ///
    /// - Throws: what encoding throws.
    public func json() throws -> String {
        guard let lines else { return try StoredJSON.text(value, isPretty: true) }
        return try lines.map { try StoredJSON.text($0) }.joined(separator: "\n")
    }
}
