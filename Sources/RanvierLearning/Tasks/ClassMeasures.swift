import RanvierConfiguration
import RanvierData

/// Mean of the recalls of all classes that have samples: 1/classes for always naming the same class.
///
///     (1/K) Σ_k TP_k / n_k
struct BalancedAccuracy: ResampledMeasure {
    static let kind = "balanced-accuracy"
    static let schema = Schema<BalancedAccuracy>()

    var higherIsBetter: Bool { true }
    func unit(in evaluation: Evaluation) -> String { Measure.share }

    func statistic(of evaluation: Evaluation) -> (([Int]) -> Double)? {
        guard let outcome = ClassOutcome(evaluation) else { return nil }
        return { weights in
            let tally = outcome.tally(weights)
            let recalls = tally.samples.indices.compactMap { index in
                tally.samples[index] > 0
                    ? Double(tally.right[index]) / Double(tally.samples[index]) : nil
            }
            return recalls.reduce(0, +) / Double(recalls.count)
        }
    }

    /// Wilson's intervals of the recalls, put together: a bootstrap of recalls of 1 would be a point.
    func interval(
        _ statistic: ([Int]) -> Double, of evaluation: Evaluation
    ) -> ClosedRange<Double>? {
        guard let outcome = ClassOutcome(evaluation) else { return nil }
        let tally = outcome.tally([Int](repeating: 1, count: outcome.labels.count))
        let recalls = tally.samples.indices.compactMap { index in
            tally.samples[index] > 0
                ? Measure.share("", tally.right[index], of: tally.samples[index]) : nil
        }
        return ClosedRange(
            meanOf: recalls.compactMap { recall in
                recall.interval.map { (recall.value, $0[0]...$0[1]) }
            })
    }
}

/// Mean of F1 over the classes that have samples or were named.
///
///     (1/K) Σ_k 2 TP_k / (2 TP_k + FP_k + FN_k)
struct MacroF1: ResampledMeasure {
    static let kind = "macro-f1"
    static let schema = Schema<MacroF1>()

    var higherIsBetter: Bool { true }
    func unit(in evaluation: Evaluation) -> String { Measure.share }

    func statistic(of evaluation: Evaluation) -> (([Int]) -> Double)? {
        guard let outcome = ClassOutcome(evaluation) else { return nil }
        return { weights in
            let tally = outcome.tally(weights)
            let scores = tally.samples.indices.compactMap { index -> Double? in
                let whole = tally.samples[index] + tally.named[index]
                return whole > 0 ? 2 * Double(tally.right[index]) / Double(whole) : nil
            }
            return scores.reduce(0, +) / Double(scores.count)
        }
    }
}

/// Area under precision over recall, as average precision, for the rarer one of two classes.
///
///     Σ_j (R_j − R_{j−1}) P_j   over the thresholds j from the surest to the least sure answer
///
/// Samples of equal probability share a threshold. The share of the rarer class is what chance reaches. Undefined where the test
/// set has one class only.
struct PrecisionRecallArea: ResampledMeasure {
    static let kind = "pr-auc"
    static let schema = Schema<PrecisionRecallArea>()

    var higherIsBetter: Bool { true }
    func unit(in evaluation: Evaluation) -> String { Measure.share }

    func statistic(of evaluation: Evaluation) -> (([Int]) -> Double)? {
        let labels = evaluation.labels
        guard evaluation.classNames.count == 2, !labels.isEmpty else { return nil }
        let ones = labels.count { $0 == 1 }
        let positive = ones <= labels.count - ones ? 1 : 0
        let scores = evaluation.answers.map { $0[positive] }
        let order = scores.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }
        let sorted = order.map { (index: $0, score: scores[$0], isRight: labels[$0] == positive) }
        return { weights in
            var right = 0, named = 0, area = 0.0, pending = 0
            for (place, entry) in sorted.enumerated() {
                named += weights[entry.index]
                if entry.isRight { pending += weights[entry.index] }
                let isLast = place + 1 == sorted.count || sorted[place + 1].score != entry.score
                guard isLast, pending > 0 else { continue }
                right += pending
                area += Double(pending) * Double(right) / Double(named)
                pending = 0
            }
            return right > 0 && right < named ? area / Double(right) : .nan
        }
    }
}

/// Label and answer of each sample.
private struct ClassOutcome {
    let labels: [Int]
    let predictions: [Int]
    let classes: Int

    init?(_ evaluation: Evaluation) {
        guard !evaluation.labels.isEmpty else { return nil }
        labels = evaluation.labels
        predictions = evaluation.predictions
        classes = evaluation.classNames.count
    }

    func tally(_ weights: [Int]) -> (samples: [Int], named: [Int], right: [Int]) {
        var samples = [Int](repeating: 0, count: classes)
        var named = samples, right = samples
        for (index, weight) in weights.enumerated() where weight > 0 {
            let label = labels[index], prediction = predictions[index]
            samples[label] += weight
            named[prediction] += weight
            if label == prediction { right[label] += weight }
        }
        return (samples, named, right)
    }
}
