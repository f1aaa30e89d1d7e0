import RanvierData

/// The difference between two models in one measure, on the same test samples.
public struct MeasureDifference: Codable, Hashable, Sendable {
    /// What a difference says.
    public enum Verdict: String, Codable, Sendable {
        /// The first model is better, and the interval leaves no doubt.
        case better
        /// The interval holds 0.
        case withinChance = "within-chance"
        /// The first model is worse, and the interval leaves no doubt.
        case worse
        /// The difference or its interval is not defined.
        case undefined
    }

    /// The measure.
    public var measure: String
    /// First model less second, in the measure's unit.
    public var value: Double
    /// Interval of 95 %; nil where none is known.
    public var interval: [Double]?
    /// What that says.
    public var verdict: Verdict

    /// A difference and what it says.
    public init(
        _ measure: String, _ value: Double, interval: ClosedRange<Double>?, higherIsBetter: Bool?
    ) {
        self.measure = measure
        self.value = value
        self.interval = interval.map { [$0.lowerBound, $0.upperBound] }
        guard let interval, let higherIsBetter, value.isFinite else {
            verdict = .undefined
            return
        }
        if interval.contains(0) {
            verdict = .withinChance
        } else {
            verdict = (interval.lowerBound > 0) == higherIsBetter ? .better : .worse
        }
    }

    enum CodingKeys: CodingKey { case measure, value, interval, verdict }

    /// Writes all keys, null where nothing is known.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(measure, forKey: .measure)
        try container.encode(value, forKey: .value)
        try container.encode(interval, forKey: .interval)
        try container.encode(verdict, forKey: .verdict)
    }
}

extension Evaluation {
    /// How far this model is from another one in the task's two most important measures.
    ///
    /// Both answered the same samples. The difference in accuracy has the exact interval of McNemar's test (see
    /// ``PairedShares``); that in balanced accuracy puts those of the classes together; all others are drawn in pairs
    /// (``Bootstrap``).
    public func differences(from other: Evaluation) throws -> [MeasureDifference] {
        guard targets == other.targets, answers.count == other.answers.count else {
            throw AnalysisError.countMismatch(
                what: "answers to the same samples", expected: answers.count,
                found: other.answers.count)
        }
        return try task.measures.prefix(2).compactMap { measure in
            guard let own = try measure.measure(self.withoutIntervals),
                let theirs = try measure.measure(other.withoutIntervals)
            else { return nil }
            var interval: ClosedRange<Double>?
            if measure is Accuracy {
                interval = pairedShares(with: other, of: nil).interval
            } else if measure is BalancedAccuracy {
                let classes = Set(labels).sorted().map { pairedShares(with: other, of: $0) }
                interval = ClosedRange(
                    meanOf: classes.compactMap { pairs in
                        pairs.interval.map { (pairs.difference, $0) }
                    })
            } else if let resampled = measure as? any ResampledMeasure,
                let first = resampled.statistic(of: self),
                let second = resampled.statistic(of: other)
            {
                interval = Bootstrap(samples: targets.count).interval { first($0) - second($0) }
            }
            return MeasureDifference(
                own.name, own.value - theirs.value, interval: interval,
                higherIsBetter: own.higherIsBetter)
        }
    }

    /// Pairs of all samples, or of those of one class.
    private func pairedShares(with other: Evaluation, of label: Int?) -> PairedShares {
        var pairs = PairedShares(samples: 0)
        for ((own, theirs), truth) in zip(zip(predictions, other.predictions), labels)
        where label == nil || label == truth {
            pairs.samples += 1
            if own == truth, theirs != truth { pairs.onlyFirst += 1 }
            if own != truth, theirs == truth { pairs.onlySecond += 1 }
        }
        return pairs
    }
}
