import RanvierFormats

extension ReliabilityBins.Bin {
    private enum Key: CodingKey { case lower, upper, count, accuracy, confidence }

    /// Reads a bin.
    ///
    /// - Throws: `DecodingError` for edges, shares or counts that cannot be.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func share(_ key: Key) throws -> Double {
            let value = try container.decode(Double.self, forKey: key)
            // Sums of single precision end a little above 1.
            try container.require(
                value >= 0 && value <= 1.001, key, expected: "0 to 1", found: "\(value)")
            return value
        }
        try self.init(
            lower: share(.lower), upper: share(.upper), count: container.count(forKey: .count),
            accuracy: share(.accuracy), confidence: share(.confidence))
        try container.require(
            lower < upper, .upper, expected: "more than \(lower)", found: "\(upper)")
    }
}

extension ReliabilityBins {
    private enum Key: CodingKey { case bins }

    /// Reads bins.
    ///
    /// - Throws: `DecodingError` where one begins before the end of the one before it.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        try self.init(bins: container.decode([Bin].self, forKey: .bins))
        try container.require(
            zip(bins, bins.dropFirst()).allSatisfy { $0.upper <= $1.lower + 1e-9 }, .bins,
            expected: "bins in order", found: "bins that overlap")
    }
}
