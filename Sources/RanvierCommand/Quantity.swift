import ArgumentParser
import RanvierConfiguration

/// A number with a unit as it is written on the command line: `12KiB`, `1.5uJ`.
enum Quantity {
    /// Bytes in powers of 1000 and of 1024; `KB`, which is used for both, is not among them.
    private static let byteUnits: [(String, Double)] = [
        ("B", 1), ("kB", 1e3), ("MB", 1e6), ("KiB", 1024), ("MiB", 1_048_576), ("", 1),
    ]
    private static let energyUnits: [(String, Double)] = [
        ("pJ", 1e-12), ("nJ", 1e-9), ("uJ", 1e-6), ("µJ", 1e-6), ("mJ", 1e-3), ("J", 1),
    ]

    /// Whole bytes.
    ///
    /// - Throws: `ValidationError` that lists the units.
    static func bytes(_ text: String) throws -> Int {
        let value = try value(text, of: byteUnits, example: "12KiB", what: "bytes")
        guard value <= 1e12 else {
            throw ValidationError("expected at most 1 TB, found '\(text)'")
        }
        return Int(value)
    }

    /// Joules.
    ///
    /// - Throws: `ValidationError` that lists the units.
    static func joules(_ text: String) throws -> Double {
        try value(text, of: energyUnits, example: "500nJ", what: "an energy")
    }

    /// A share, as a number or in per cent: `0.01`, `1%`.
    static func share(_ text: String) throws -> Double {
        let value = try value(
            text, of: [("%", 0.01), ("", 1)], example: "1%", what: "a share", least: 0)
        guard value < 1 else { throw ValidationError("expected less than all, found '\(text)'") }
        return value
    }

    private static func value(
        _ text: String, of units: [(String, Double)], example: String, what: String,
        least: Double? = nil
    ) throws -> Double {
        let plain = text.filter { $0 != " " }
        let number = plain.prefix { $0.isASCII && ($0.isNumber || ".eE+-".contains($0)) }
        // An exponent and a unit cannot be told apart by their first letter alone: no unit begins with e.
        let unit = String(plain.dropFirst(number.count))
        guard let factor = units.first(where: { $0.0 == unit })?.1, let value = Double(number),
            value.isFinite, least.map({ value >= $0 }) ?? (value > 0)
        else {
            let names = units.map(\.0).filter { !$0.isEmpty }.joined(separator: ", ")
            throw ValidationError(
                "expected \(what) such as '\(example)' (units: \(names)), found '\(text)'")
        }
        return value * factor
    }
}
