import Foundation

/// What a command gives back: text for people, and one JSON object.
public struct CommandOutcome: Sendable {
    /// For people, without a final line end; may be empty.
    public let text: String
    /// The same for programs.
    public let value: any Encodable & Sendable

    /// Creates an outcome.
    public init(text: String, value: any Encodable & Sendable) {
        self.text = text
        self.value = value
    }

    /// The JSON object, with sorted keys and dates in ISO 8601.
    ///
    /// - Throws: what encoding throws.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
