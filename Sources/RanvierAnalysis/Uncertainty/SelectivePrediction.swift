import RanvierFormats

/// Answers that are given only where the model is sure enough: which confidence to ask for, by samples whose answers are known.
///
/// The confidence of the answer is compared with a threshold; rarer answers are right more often. Source: selective
/// classification, Geifman & El-Yaniv 2017; the bound is the upper end of Wilson's interval, one-sided 90 %.
public struct SelectivePrediction: Codable, Hashable, Sendable {
    /// Confidence of each answer, the highest first.
    public let confidences: [Double]
    /// Whether each was right.
    public let correct: [Bool]

    /// What a threshold gives.
    public struct Choice: Hashable, Sendable {
        /// Answers of a lower confidence are unsure.
        public let threshold: Double
        /// Share of the samples that is answered.
        public let coverage: Double
        /// Share of the answers that is wrong.
        public let errorRate: Double
        /// What that share stays below in general, with a confidence of 90 %.
        public let bound: Double
    }

    /// Answers with their confidence.
    public init(confidences: [Double], correct: [Bool]) {
        precondition(confidences.count == correct.count, "every answer has a confidence")
        let order = confidences.indices.sorted {
            (-confidences[$0], $0) < (-confidences[$1], $1)
        }
        self.confidences = order.map { confidences[$0] }
        self.correct = order.map { correct[$0] }
    }

    private enum CodingKeys: CodingKey { case confidences, correct }

    /// Reads stored answers.
    ///
    /// - Throws: `DecodingError` where they are not as many confidences from 0 to 1, the highest first, as outcomes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        confidences = try container.decode([Double].self, forKey: .confidences)
        correct = try container.decode([Bool].self, forKey: .correct)
        try container.require(
            correct.count == confidences.count, .correct,
            expected: "\(confidences.count) outcomes, one a confidence", found: "\(correct.count)")
        // Sums of single precision end a little above 1.
        let outside = confidences.first { !($0 >= 0 && $0 <= 1.001) }
        try container.require(
            outside == nil, .confidences, expected: "numbers from 0 to 1",
            found: "\(outside ?? 0)")
        let isSorted = zip(confidences, confidences.dropFirst()).allSatisfy { $0 >= $1 }
        try container.require(
            isSorted, .confidences, expected: "the highest first", found: "another order")
    }

    /// Number of answers.
    public var count: Int { confidences.count }

    /// Thresholds with what they give, the highest first; equal confidences stand or fall together.
    private var choices: [Choice] {
        var wrong = 0
        var choices: [Choice] = []
        for index in confidences.indices {
            if !correct[index] { wrong += 1 }
            let isLast = index + 1 == count || confidences[index + 1] < confidences[index]
            guard isLast else { continue }
            let answered = Double(index + 1), share = Double(wrong) / answered
            choices.append(
                Choice(
                    threshold: confidences[index], coverage: answered / Double(count),
                    errorRate: share, bound: Self.bound(share, answered)))
        }
        return choices
    }

    /// The threshold that answers most samples while the bound on its errors stays at or below a rate; nil where none does.
    public func choice(forErrorRate rate: Double) -> Choice? {
        choices.last { $0.bound <= rate }
    }

    /// The lowest rate that some threshold can promise; 1 without samples.
    public var lowestErrorRate: Double { choices.map(\.bound).min() ?? 1 }

    /// Upper end of Wilson's interval for a share of some samples.
    private static func bound(_ share: Double, _ samples: Double) -> Double {
        let z = 1.2815515655446004
        let centre = share + z * z / (2 * samples)
        let width =
            z * (share * (1 - share) / samples + z * z / (4 * samples * samples)).squareRoot()
        return min((centre + width) / (1 + z * z / samples), 1)
    }
}
