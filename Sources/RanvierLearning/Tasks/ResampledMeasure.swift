import RanvierData

/// A measure whose interval is found by drawing test samples again.
public protocol ResampledMeasure: EvaluationMeasure {
    /// The number, of how often each sample counts; nil where the task has none. May give no number where it is undefined.
    func statistic(of evaluation: Evaluation) -> (([Int]) -> Double)?

    /// Unit of the number.
    func unit(in evaluation: Evaluation) -> String

    /// The interval of 95 % around the number; nil where none is known.
    func interval(_ statistic: ([Int]) -> Double, of evaluation: Evaluation) -> ClosedRange<Double>?

    /// Whether more is better.
    var higherIsBetter: Bool { get }
}

extension ResampledMeasure {
    /// That of a ``Bootstrap``; nil where all draws are alike, which happens to a few samples without a mistake and says
    /// nothing.
    public func interval(
        _ statistic: ([Int]) -> Double, of evaluation: Evaluation
    ) -> ClosedRange<Double>? {
        Bootstrap(samples: evaluation.targets.count).interval(statistic).flatMap {
            $0.lowerBound < $0.upperBound ? $0 : nil
        }
    }

    /// The number of all samples, with its interval where the evaluation asks for one.
    public func measure(_ evaluation: Evaluation) throws -> Measure? {
        guard let statistic = statistic(of: evaluation) else { return nil }
        let samples = evaluation.targets.count
        let value = statistic([Int](repeating: 1, count: samples))
        let interval =
            evaluation.hasIntervals && value.isFinite
            ? interval(statistic, of: evaluation) : nil
        return Measure(
            Self.kind, value, unit: unit(in: evaluation), higherIsBetter: higherIsBetter,
            interval: interval.map {
                min($0.lowerBound, value)...max($0.upperBound, value)
            })
    }
}
