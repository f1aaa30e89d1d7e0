/// Checks of values that are read: what later is an index, a size or a part of a sum.
extension KeyedDecodingContainer {
    /// Most that a stored count may be: far more than any, and so few that a billion of them add up.
    package static var largestCount: Int { 1 << 32 }

    /// A count, from 0 to ``largestCount``.
    package func count(forKey key: Key, atMost limit: Int = largestCount) throws -> Int {
        let count = try decode(Int.self, forKey: key)
        try require(
            (0...limit).contains(count), key, expected: "0 to \(limit)", found: "\(count)")
        return count
    }

    /// Refuses a value that cannot be.
    ///
    /// - Throws: `DecodingError` that says what was expected at the key, and what was found.
    package func require(
        _ isPossible: Bool, _ key: Key, expected: @autoclosure () -> String,
        found: @autoclosure () -> String
    ) throws {
        guard !isPossible else { return }
        throw DecodingError.dataCorruptedError(
            forKey: key, in: self, debugDescription: "expected \(expected()), found \(found())")
    }
}
