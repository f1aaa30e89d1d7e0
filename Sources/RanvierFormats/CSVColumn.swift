/// A column of a table, by name or by position.
public enum CSVColumn: Sendable, Hashable {
    /// By the name in the first line.
    case named(String)
    /// By position from 0; negative positions count from the end, −1 is the last.
    case index(Int)
}

extension CSVColumn: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    /// A column by name.
    public init(stringLiteral value: String) { self = .named(value) }

    /// A column by position.
    public init(integerLiteral value: Int) { self = .index(value) }
}

extension CSVColumn: CustomStringConvertible {
    /// The name in quotation marks, or the position.
    public var description: String {
        switch self {
        case .named(let name): "\"\(name)\""
        case .index(let index): "\(index)"
        }
    }
}
