import RanvierFormats

/// How well one class is found on a test set.
///
///     recall = TP / (TP + FN),   precision = TP / (TP + FP),   F1 = 2 TP / (2 TP + FP + FN)
public struct ClassScore: Codable, Hashable, Sendable {
    /// Name of the class.
    public var name: String
    /// Its test samples.
    public var samples: Int
    /// Share of them that was recognised; nil where there are none.
    public var recall: Double?
    /// Share of the answers that name the class rightly; nil where it was never named.
    public var precision: Double?
    /// Harmonic mean of both; nil where the class has no samples and was never named.
    public var f1: Double?

    /// Scores of a class.
    public init(name: String, samples: Int, recall: Double?, precision: Double?, f1: Double?) {
        self.name = name
        self.samples = samples
        self.recall = recall
        self.precision = precision
        self.f1 = f1
    }

    private enum CodingKeys: CodingKey { case name, samples, recall, precision, f1 }

    /// Reads the scores of a class.
    ///
    /// - Throws: `DecodingError` for a count or share that cannot be.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func share(_ key: CodingKeys) throws -> Double? {
            guard let value = try container.decodeIfPresent(Double.self, forKey: key) else {
                return nil
            }
            try container.require(
                (0...1).contains(value), key, expected: "a share from 0 to 1", found: "\(value)")
            return value
        }
        try self.init(
            name: container.decode(String.self, forKey: .name),
            samples: container.count(forKey: .samples), recall: share(.recall),
            precision: share(.precision), f1: share(.f1))
    }

    /// Writes all keys, null where a number is undefined.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(samples, forKey: .samples)
        try container.encode(recall, forKey: .recall)
        try container.encode(precision, forKey: .precision)
        try container.encode(f1, forKey: .f1)
    }
}

extension ConfusionMatrix {
    /// Recall, precision and F1 of each class.
    public func scores(names: [String]) -> [ClassScore] {
        counts.indices.map { index in
            let right = Double(counts[index][index])
            let samples = counts[index].reduce(0, +)
            let named = counts.reduce(0) { $0 + $1[index] }
            func share(_ whole: Int) -> Double? { whole > 0 ? right / Double(whole) : nil }
            return ClassScore(
                name: index < names.count ? names[index] : "\(index)", samples: samples,
                recall: share(samples), precision: share(named),
                f1: samples + named > 0 ? 2 * right / Double(samples + named) : nil)
        }
    }
}
