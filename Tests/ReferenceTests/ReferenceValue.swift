import Foundation

/// A value in a reference file, by key or position; what does not fit throws and names the place.
struct ReferenceValue {
    /// Where the value stands, for messages: `folder/file.json/cases[2]/x`.
    let place: String
    private let object: Any

    init(_ object: Any, place: String) {
        self.object = object
        self.place = place
    }

    /// The value under a key.
    subscript(key: String) -> ReferenceValue {
        get throws {
            guard let found = optional(key) else {
                throw ReferenceError(place: place, expected: "the key \"\(key)\"")
            }
            return found
        }
    }

    /// The value under a key; nil if the key is absent or its value null.
    func optional(_ key: String) -> ReferenceValue? {
        guard let found = (object as? [String: Any])?[key], !(found is NSNull) else { return nil }
        return ReferenceValue(found, place: "\(place)/\(key)")
    }

    /// Keys of an object, sorted.
    var keys: [String] { ((object as? [String: Any]) ?? [:]).keys.sorted() }

    /// Elements of a list.
    var items: [ReferenceValue] {
        get throws {
            guard let list = object as? [Any] else {
                throw ReferenceError(place: place, expected: "a list")
            }
            return list.enumerated().map { ReferenceValue($1, place: "\(place)[\($0)]") }
        }
    }

    /// A number; the strings "inf", "-inf" and "nan" count as numbers.
    var double: Double {
        get throws {
            if let number = object as? NSNumber { return number.doubleValue }
            if let text = object as? String, let number = Double(text) { return number }
            throw ReferenceError(place: place, expected: "a number")
        }
    }

    /// A number in single precision.
    var float: Float { get throws { Float(try double) } }

    /// A whole number.
    var int: Int {
        get throws {
            guard let whole = Int(exactly: try double) else {
                throw ReferenceError(place: place, expected: "a whole number")
            }
            return whole
        }
    }

    /// A truth value.
    var bool: Bool {
        get throws {
            guard let value = object as? Bool else {
                throw ReferenceError(place: place, expected: "true or false")
            }
            return value
        }
    }

    /// A text.
    var string: String {
        get throws {
            guard let text = object as? String else {
                throw ReferenceError(place: place, expected: "a text")
            }
            return text
        }
    }

    /// Whether the value is null.
    var isNull: Bool { object is NSNull }

    /// An array: `{"shape": …, "data": …}`, or a plain (nested) list of numbers.
    var array: (shape: [Int], data: [Double]) {
        get throws {
            if object is [String: Any] {
                let shape = try self["shape"].items.map { try $0.int }
                let data = try self["data"].numbers
                guard data.count == shape.reduce(1, *) else {
                    throw ReferenceError(place: place, expected: "\(shape.reduce(1, *)) numbers")
                }
                return (shape, data)
            }
            let rows = try items
            guard let first = rows.first, first.object is [Any] else {
                return ([rows.count], try numbers)
            }
            let parts = try rows.map { try $0.array }
            guard parts.allSatisfy({ $0.shape == parts[0].shape }) else {
                throw ReferenceError(place: place, expected: "rows of equal length")
            }
            return ([rows.count] + parts[0].shape, parts.flatMap(\.data))
        }
    }

    /// The numbers of a flat list, or of an array in row-major order.
    var numbers: [Double] {
        get throws {
            if object is [String: Any] { return try array.data }
            if let list = object as? [NSNumber] { return list.map(\.doubleValue) }
            return try items.map { try $0.double }
        }
    }

    /// The numbers of a flat list or of an array in row-major order, nil for null.
    var optionalNumbers: [Double?] {
        get throws {
            let list = object is [String: Any] ? try self["data"] : self
            return try list.items.map { $0.isNull ? nil : try $0.double }
        }
    }

    /// The same numbers in single precision.
    var floats: [Float] { get throws { try numbers.map { Float($0) } } }

    /// The same numbers as whole numbers.
    var ints: [Int] { get throws { try numbers.map { Int($0) } } }
}

/// A reference file that is not as its README says.
struct ReferenceError: Error, CustomStringConvertible {
    let place: String
    let expected: String
    var description: String { "\(place): expected \(expected)" }
}
