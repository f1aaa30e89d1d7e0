import RanvierConfiguration

/// A cell of a study's table.
public enum StudyValue: Equatable, Sendable {
    /// Words.
    case text(String)
    /// A number.
    case number(Double)
    /// A whole number.
    case count(Int)
    /// Mean and standard deviation.
    case spread(Double, Double)
    /// Nothing is known.
    case missing

    /// A number, or nothing.
    package init(_ number: Double?) { self = number.map { .number($0) } ?? .missing }

    /// For people: four significant digits.
    package var text: String {
        switch self {
        case .text(let text): text
        case .number(let value): Self.short(value)
        case .count(let value): NumberText.count(value)
        case .spread(let mean, let deviation): "\(Self.short(mean)) ± \(Self.short(deviation, 2))"
        case .missing: "–"
        }
    }

    /// For programs: all digits; a spread is its mean.
    package var csv: String {
        switch self {
        case .text(let text):
            text.contains { ",\"\n".contains($0) }
                ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
        case .number(let value), .spread(let value, _): "\(value)"
        case .count(let value): "\(value)"
        case .missing: ""
        }
    }

    private static func short(_ value: Double, _ digits: Int = 4) -> String {
        value.isFinite ? NumberText.significant(value, digits: digits) : "\(value)"
    }
}

extension StudyValue: Encodable {
    /// A number, a text, null, or an object with `mean` and `standardDeviation`.
    public func encode(to encoder: any Encoder) throws {
        if case .spread(let mean, let deviation) = self {
            return try ["mean": mean, "standardDeviation": deviation].encode(to: encoder)
        }
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let value), .spread(let value, _): try container.encode(value)
        case .count(let value): try container.encode(value)
        case .missing: try container.encodeNil()
        }
    }
}

extension StudyValue: ExpressibleByStringLiteral {
    /// Words.
    public init(stringLiteral value: String) { self = .text(value) }
}
