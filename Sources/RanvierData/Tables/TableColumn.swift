import Foundation
import RanvierConfiguration
import RanvierFormats

/// A column of a table, by name or by position.
public enum TableColumn: Sendable, Hashable {
    /// By its name; a whole number that no column is called is a position.
    case named(String)
    /// By position from 0; negative positions count from the end, −1 is the last.
    case index(Int)

    /// Its position among columns of some names.
    ///
    /// - Parameter path: the file, for messages.
    /// - Throws: ``DataError`` of kind `unknownName` that lists the columns, or where two have the name.
    public func position(among names: [String], path: String) throws(DataError) -> Int {
        try position(among: names, path: path, takesPosition: true)
    }

    /// - Parameter takesPosition: whether a position may stand for the name, so that it is worth telling.
    private func position(
        among names: [String], path: String, takesPosition: Bool
    ) throws(DataError) -> Int {
        var index: Int?
        switch self {
        case .named(let name):
            let places = names.indices.filter { names[$0] == name }
            guard places.count < 2 else {
                throw DataError(
                    .unknownName, at: path, expected: "one column \"\(name)\"",
                    found: "\(places.count), at the positions "
                        + places.map { "\($0)" }.joined(separator: ", "),
                    advice: takesPosition
                        ? "choose by position from 0, or rename one" : "rename all but one")
            }
            if let place = places.first { return place }
            index = Int(name)
        case .index(let position): index = position
        }
        if let index {
            let position = index < 0 ? names.count + index : index
            if names.indices.contains(position) { return position }
        }
        var shown = names.prefix(40).map { "\"\($0)\"" }.joined(separator: ", ")
        if names.count > 40 { shown += ", …" }
        throw DataError(
            .unknownName, at: path, expected: "a column \(self)",
            found: "\(names.count) columns: \(shown)",
            advice: Self.advice(self, names, takesPosition: takesPosition))
    }

    /// Position of a column that is known by its name alone: a name such as "3" is never a position.
    ///
    /// - Throws: ``DataError`` where no column or more than one has the name.
    package static func position(
        named name: String, among names: [String], path: String
    ) throws(DataError) -> Int {
        guard names.contains(name) else {
            var shown = names.prefix(40).map { "\"\($0)\"" }.joined(separator: ", ")
            if names.count > 40 { shown += ", …" }
            throw DataError(
                .unknownName, at: path, expected: "a column \"\(name)\"",
                found: "\(names.count) columns: \(shown)",
                advice: advice(.named(name), names, takesPosition: false))
        }
        return try TableColumn.named(name).position(
            among: names, path: path, takesPosition: false)
    }

    private static func advice(
        _ column: TableColumn, _ names: [String], takesPosition: Bool
    ) -> String {
        let usual =
            takesPosition
            ? "name one of these, or its position from 0 (-1 is the last)"
            : "rename the column that is meant, or add it"
        guard case .named(let name) = column else { return usual }
        let bare = bareName(name)
        if let other = names.first(where: { bareName($0) == bare && bare != $0 }), bare != "" {
            return "\"\(other)\" has another unit or spelling: rename it if it is the same, and "
                + "convert its values if the unit differs"
        }
        guard
            let near = names.first(where: { $0.lowercased() == name.lowercased() })
                ?? NearestName.of(name, among: names)
        else { return usual }
        return "did you mean \"\(near)\"? Else \(usual)"
    }

    /// A name without its unit in brackets, in small letters.
    private static func bareName(_ name: String) -> String {
        let bare = name.prefix { !"([{（［".contains($0) }
        return bare.trimmingCharacters(in: .whitespaces).lowercased()
    }
}

extension TableColumn: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    /// A column by name.
    public init(stringLiteral value: String) { self = .named(value) }

    /// A column by position.
    public init(integerLiteral value: Int) { self = .index(value) }
}

extension TableColumn: CustomStringConvertible {
    /// The name in quotation marks, or the position.
    public var description: String {
        switch self {
        case .named(let name): "\"\(name)\""
        case .index(let index): "\(index)"
        }
    }

    /// The name, or the position as text: what a configuration says.
    public var word: String {
        switch self {
        case .named(let name): name
        case .index(let index): "\(index)"
        }
    }
}
