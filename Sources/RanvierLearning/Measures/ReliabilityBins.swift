/// Stated confidence against measured accuracy, in equal bins of the highest probability.
///
///     bin = min(⌊count · confidence⌋, count − 1),   ECE = Σ_b (n_b/n) |accuracy_b − confidence_b|
///
/// Source: Naeini, Cooper & Hauskrecht 2015; Guo et al. 2017 with 15 bins.
public struct ReliabilityBins: Codable, Equatable, Sendable {
    /// One interval of confidence.
    public struct Bin: Codable, Equatable, Sendable {
        /// Lower edge of the interval.
        public var lower: Double
        /// Upper edge of the interval.
        public var upper: Double
        /// Samples in the bin.
        public var count: Int
        /// Share of them that was right; 0 in an empty bin.
        public var accuracy: Double
        /// Their mean confidence; 0 in an empty bin.
        public var confidence: Double

        /// Makes a bin.
        public init(lower: Double, upper: Double, count: Int, accuracy: Double, confidence: Double)
        {
            self.lower = lower
            self.upper = upper
            self.count = count
            self.accuracy = accuracy
            self.confidence = confidence
        }
    }

    /// All bins in order, the empty ones included.
    public var bins: [Bin]

    /// Takes bins as they are.
    public init(bins: [Bin]) {
        self.bins = bins
    }

    /// Sorts samples into `count` bins. Confidences must lie in 0…1.
    public init(confidences: [Double], correct: [Bool], count: Int = 15) {
        precondition(count > 0, "a reliability diagram needs at least one bin")
        precondition(confidences.count == correct.count, "one outcome per confidence")
        precondition(
            confidences.allSatisfy { $0 >= 0 && $0 <= 1.001 }, "confidences lie between 0 and 1")
        var counts = [Int](repeating: 0, count: count)
        var right = counts
        var sums = [Double](repeating: 0, count: count)
        for (confidence, isRight) in zip(confidences, correct) {
            let bin = max(0, min(Int(Double(count) * confidence), count - 1))
            counts[bin] += 1
            right[bin] += isRight ? 1 : 0
            sums[bin] += confidence
        }
        bins = (0..<count).map { bin in
            let samples = Double(max(counts[bin], 1))
            return Bin(
                lower: Double(bin) / Double(count), upper: Double(bin + 1) / Double(count),
                count: counts[bin], accuracy: Double(right[bin]) / samples,
                confidence: sums[bin] / samples)
        }
    }

    /// Number of samples in all bins.
    public var total: Int { bins.reduce(0) { $0 + $1.count } }

    /// Mean distance between confidence and accuracy; 0 without samples.
    public var expectedCalibrationError: Double {
        guard total > 0 else { return 0 }
        return bins.reduce(0) {
            $0 + Double($1.count) / Double(total) * abs($1.accuracy - $1.confidence)
        }
    }

    /// Largest distance between confidence and accuracy in any bin that has samples.
    public var maximumCalibrationError: Double {
        bins.reduce(0) { $1.count > 0 ? max($0, abs($1.accuracy - $1.confidence)) : $0 }
    }
}
