import RanvierLearning
import RanvierTensors

extension Evaluation {
    /// The measure that the task names first, with an interval of 95 %: that of the measure itself (Wilson's of a share), of a
    /// root of a mean square that of a bootstrap.
    package func mostImportantMeasure(seed: UInt64 = 0) throws -> Measure {
        for measure in task.measures {
            guard var value = try measure.measure(self) else { continue }
            if value.interval == nil, let errors = errors?.values,
                abs(errors.rootMeanSquare - value.value) <= 1e-9 * max(1, abs(value.value))
            {
                value.interval = errors.bootstrappedRootMeanSquare(seed: seed)
            }
            return value
        }
        throw AnalysisError.empty(what: "measures of the task '\(type(of: task).kind)'")
    }
}

extension [Double] {
    fileprivate var rootMeanSquare: Double {
        (reduce(0) { $0 + $1 * $1 } / Double(Swift.max(count, 1))).squareRoot()
    }

    /// The 2.5th and 97.5th percentile of the root mean square of samples drawn with replacement. Source: Efron 1979.
    fileprivate func bootstrappedRootMeanSquare(seed: UInt64) -> [Double]? {
        guard count > 1 else { return nil }
        let squares = map { $0 * $0 }, draws = 400
        let stream = RandomStream(seed: seed, name: "bootstrap")
        var values: [Double] = []
        for draw in 0..<draws {
            var sum = 0.0
            for number in stream.substream(draw).uniform(count: count) {
                sum += squares[Swift.min(Int(number * Float(count)), count - 1)]
            }
            values.append((sum / Double(count)).squareRoot())
        }
        values.sort()
        return [values[draws / 40], values[draws - 1 - draws / 40]]
    }
}
