import Foundation

/// The numbers that configurations and stored descriptions may hold, whatever key they stand under.
///
/// A key has these bounds beside its own. The sum of any few whole numbers and the product of any two is a number of `Int`,
/// and every number is one in single precision, too, and not 0 there. What sizes multiplied with each other ask for is
/// looked at before it is asked for: ``MemoryNeed``. Seeds are no sizes and may be any whole number from 0.
enum NumberBounds {
    /// Up to a thousand million to both sides.
    static let wholeNumbers = -1_000_000_000...1_000_000_000
    /// How far from 0 other numbers may be that are not 0.
    static let magnitudes = 1e-30...1e30

    /// What is expected of text that says a whole number too large, to follow the bounds of the key; else empty.
    static func requirement<Bounds: ConfigurationBounds>(
        for node: ConfigurationNode, beside bounds: Bounds
    ) -> String where Bounds.Bound == Int {
        guard case .scalar(let text, isQuoted: false) = node.content else { return "" }
        let digits = text.drop { "+-".contains($0) }
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            !(Int(text).map(wholeNumbers.contains) ?? false)
        else { return "" }
        let end = text.first == "-" ? wholeNumbers.lowerBound : wholeNumbers.upperBound
        // Sharper bounds say enough.
        guard bounds.contains(end) else { return "" }
        return end < 0 ? " (at least \(end))" : " (at most \(end))"
    }

    /// What is expected of text that says a number too large or too near to 0, to follow the bounds of the key; else empty.
    static func requirement(forNumber node: ConfigurationNode) -> String {
        guard case .scalar(let text, isQuoted: false) = node.content, let value = Double(text),
            value.isFinite || text.utf8.contains(where: { (48...57).contains($0) }),
            value != 0, !magnitudes.contains(abs(value))
        else { return "" }
        return " (0, or of a magnitude from \(magnitudes.lowerBound) to \(magnitudes.upperBound))"
    }
}
