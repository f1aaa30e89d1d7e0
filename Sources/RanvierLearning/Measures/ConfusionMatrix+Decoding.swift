import RanvierFormats

extension ConfusionMatrix {
    private enum Key: CodingKey { case counts }

    /// Reads a matrix.
    ///
    /// - Throws: `DecodingError` where it is empty, not square, or a count is negative or larger than any.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let counts = try container.decode([[Int]].self, forKey: .counts)
        let largest = KeyedDecodingContainer<Key>.largestCount
        try container.require(
            counts.joined().allSatisfy { $0 <= largest }, .counts,
            expected: "counts up to \(largest)",
            found: "\(counts.joined().max() ?? 0)")
        do {
            try self.init(counts: counts)
        } catch {
            throw DecodingError.dataCorruptedError(
                forKey: .counts, in: container, debugDescription: "\(error)")
        }
    }
}
