import Foundation

/// How everything that Ranvier stores as JSON is written and read: keys in order, and numbers that JSON lacks as "inf", "-inf"
/// and "nan".
public enum StoredJSON {
    /// Writes a value.
    ///
    /// - Parameter isPretty: whether it is laid out for people; else it is one line.
    public static func data(_ value: some Encodable, isPretty: Bool = false) throws -> Data {
        try encoder(isPretty: isPretty).encode(value)
    }

    /// What writes: for libraries that ask for it.
    public static func encoder(isPretty: Bool) -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            isPretty
            ? [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            : [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return encoder
    }

    /// Writes a value as text.
    public static func text(_ value: some Encodable, isPretty: Bool = false) throws -> String {
        String(decoding: try data(value, isPretty: isPretty), as: UTF8.self)
    }

    /// Reads a value.
    public static func value<Value: Decodable>(
        _ type: Value.Type = Value.self, from data: Data
    ) throws -> Value {
        try decoder.decode(type, from: data)
    }

    /// What reads: for libraries that ask for it.
    public static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return decoder
    }
}
