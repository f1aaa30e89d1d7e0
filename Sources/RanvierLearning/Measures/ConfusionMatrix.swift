/// How often each true class was taken for each class.
///
///     counts[t][p] = #{samples of class t predicted as p}
public struct ConfusionMatrix: Codable, Equatable, Sendable {
    /// Counts, `[true class][predicted class]`.
    public private(set) var counts: [[Int]]

    /// Counts predictions against labels.
    /// - Throws: `AnalysisError` where lengths differ or a label or prediction names no class.
    public init(labels: [Int], predictions: [Int], classes: Int) throws {
        guard labels.count == predictions.count else {
            throw AnalysisError.countMismatch(
                what: "predictions", expected: labels.count, found: predictions.count)
        }
        guard classes > 0 else { throw AnalysisError.empty(what: "classes") }
        counts = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
        for (sample, (label, prediction)) in zip(labels, predictions).enumerated() {
            for value in [label, prediction] where !(0..<classes).contains(value) {
                throw AnalysisError.labelOutsideClasses(
                    sample: sample, label: value, classes: classes)
            }
            counts[label][prediction] += 1
        }
    }

    /// Takes counts as they are.
    /// - Throws: `AnalysisError` where the matrix is empty, not square or has a negative count.
    public init(counts: [[Int]]) throws {
        guard !counts.isEmpty else { throw AnalysisError.empty(what: "confusion matrix") }
        for row in counts {
            guard row.count == counts.count else {
                throw AnalysisError.countMismatch(
                    what: "columns of the confusion matrix", expected: counts.count,
                    found: row.count)
            }
            if let negative = row.first(where: { $0 < 0 }) {
                throw AnalysisError.impossibleValue(
                    what: "count in the confusion matrix", expected: "at least 0",
                    found: "\(negative)")
            }
        }
        self.counts = counts
    }

    /// Number of classes.
    public var classes: Int { counts.count }

    /// Number of samples.
    public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

    /// Share of samples on the diagonal; NaN without samples.
    public var accuracy: Double {
        Double(counts.indices.reduce(0) { $0 + counts[$1][$1] }) / Double(total)
    }

    /// Share of each true class that was recognised; NaN for a class without samples.
    public var recalls: [Double] {
        counts.indices.map { Double(counts[$0][$0]) / Double(counts[$0].reduce(0, +)) }
    }

    /// Share of each predicted class that was right; NaN for a class never predicted.
    public var precisions: [Double] {
        counts.indices.map { column in
            Double(counts[column][column]) / Double(counts.reduce(0) { $0 + $1[column] })
        }
    }
}
