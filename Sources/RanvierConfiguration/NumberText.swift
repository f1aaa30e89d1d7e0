import Foundation

/// Numbers as people read them: the same text on every machine, whatever its language.
package enum NumberText {
    /// What stands for a number that is missing or not finite.
    package static let missing = "not available"

    private static let narrowSpace = "\u{202F}"

    /// Units of energy in picojoules.
    package static let energyUnits: [(name: String, factor: Double)] = [
        ("pJ", 1), ("nJ", 1e3), ("µJ", 1e6), ("mJ", 1e9), ("J", 1e12),
    ]
    /// Units of memory in bytes.
    package static let byteUnits: [(name: String, factor: Double)] = [
        ("B", 1), ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824),
    ]
    /// Units of time in seconds.
    package static let secondUnits: [(name: String, factor: Double)] = [
        ("ns", 1e-9), ("µs", 1e-6), ("ms", 1e-3), ("s", 1),
    ]

    /// A number with a fixed number of decimals and thin spaces between thousands.
    package static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite else { return missing }
        var text = String(format: "%.\(max(decimals, 0))f", abs(value))
        let isZero = !text.contains { ("1"..."9").contains($0) }
        let point = text.firstIndex(of: ".") ?? text.endIndex
        if text.distance(from: text.startIndex, to: point) > 4 {
            var position = text.distance(from: text.startIndex, to: point) - 3
            while position > 0 {
                text.insert(
                    contentsOf: narrowSpace,
                    at: text.index(text.startIndex, offsetBy: position))
                position -= 3
            }
        }
        return value < 0 && !isZero ? "\u{2212}" + text : text
    }

    /// A number with a few significant digits; powers of ten where it is very large or small.
    package static func significant(_ value: Double, digits: Int = 3) -> String {
        guard value.isFinite else { return missing }
        guard value != 0 else { return "0" }
        let exponent = Int(floor(log10(abs(value)) + 1e-12))
        if exponent >= 7 || exponent < -4 {
            let mantissa = value / pow(10, Double(exponent))
            return trimmed(fixed(mantissa, decimals: digits - 1)) + "×10" + superscript(exponent)
        }
        let text = fixed(value, decimals: max(digits - 1 - exponent, 0))
        return exponent < 0 ? trimmed(text) : text
    }

    /// A number with as many decimals as it needs, for numbers that people have written.
    package static func shortest(_ value: Double) -> String {
        value.isFinite && abs(value) >= 1e-4 && abs(value) < 1e7
            ? trimmed(fixed(value, decimals: 6)) : significant(value)
    }

    /// A time in milliseconds: `10 ms`.
    package static func milliseconds(_ seconds: Double) -> String {
        "\(shortest(seconds * 1000)) ms"
    }

    /// A share as per cent.
    package static func percent(_ share: Double, decimals: Int = 1) -> String {
        guard share.isFinite else { return missing }
        return fixed(100 * share, decimals: decimals) + narrowSpace + "%"
    }

    /// A whole number.
    package static func count(_ value: Int) -> String {
        fixed(Double(value), decimals: 0)
    }

    /// A difference of shares in percentage points, without sign.
    package static func points(_ difference: Double) -> String {
        guard difference.isFinite else { return missing }
        return fixed(abs(100 * difference), decimals: 1) + " percentage points"
    }

    /// An energy in the unit that keeps it short.
    package static func energy(picojoules: Double) -> String {
        quantity(picojoules, units: energyUnits)
    }

    /// A size in binary units.
    package static func bytes(_ value: Double) -> String {
        quantity(value, units: byteUnits)
    }

    /// A time in the unit that keeps it short; minutes beyond two of them.
    package static func seconds(_ value: Double) -> String {
        if value.isFinite, value >= 120 {
            let whole = Int(min(value, 1e15).rounded())
            let minutes = whole / 60
            return minutes >= 120
                ? "\(count(minutes / 60)) h \(minutes % 60) min"
                : "\(minutes) min \(whole % 60) s"
        }
        return quantity(value, units: secondUnits)
    }

    /// The unit of a list that keeps the largest value between 1 and 1000, and its factor.
    package static func unit(
        for largest: Double, of units: [(name: String, factor: Double)]
    ) -> (name: String, factor: Double) {
        units.last { abs(largest) >= $0.factor } ?? units.first ?? ("", 1)
    }

    private static func quantity(
        _ value: Double, units: [(name: String, factor: Double)]
    ) -> String {
        guard value.isFinite else { return missing }
        let unit = unit(for: value, of: units)
        let scaled = value / unit.factor
        // Whole bytes and the like need no decimals.
        let text =
            unit.factor == 1 && scaled == scaled.rounded() && abs(scaled) < 1e6
            ? fixed(scaled, decimals: 0) : significant(scaled)
        return text + narrowSpace + unit.name
    }

    private static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var result = Substring(text)
        while result.hasSuffix("0") { result = result.dropLast() }
        return String(result.hasSuffix(".") ? result.dropLast() : result)
    }

    /// A whole number in superscript digits.
    package static func superscript(_ value: Int) -> String {
        let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
        return String(
            String(value).map { character in
                character.wholeNumberValue.map { digits[$0] } ?? "⁻"
            })
    }
}

extension NumberText {
    /// Lines of cells in columns as wide as their longest cell, two spaces between; columns from a place on stand right.
    package static func columns(_ rows: [[String]], rightFrom place: Int = .max) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in
            rows.map { $0[column].count }.max() ?? 0
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let blank = String(repeating: " ", count: max(0, widths[column] - cell.count))
                line += (column >= place ? blank + cell : cell + blank) + "  "
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}

extension String {
    /// The text with spaces behind it, at least `width` characters.
    package func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
