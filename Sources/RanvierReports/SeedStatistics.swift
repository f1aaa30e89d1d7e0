import Foundation

/// Mean, deviation and interval of a few numbers, such as those of several seeds.
package enum SeedStatistics {
    package static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    }

    /// Sample standard deviation, with n − 1; nil for fewer than two numbers.
    package static func deviation(_ values: [Double]) -> Double? {
        guard values.count > 1 else { return nil }
        let mean = mean(values)
        let squares = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
        return (squares / Double(values.count - 1)).squareRoot()
    }

    /// The mean's interval of 95 % if the numbers are drawn from a normal distribution; nil for fewer than two.
    ///
    ///     x̄ ± t₀.₉₇₅(n − 1) s / √n
    ///
    /// Source: Student 1908.
    package static func interval(_ values: [Double]) -> ClosedRange<Double>? {
        guard let deviation = deviation(values), deviation.isFinite else { return nil }
        let reach =
            quantile(degreesOfFreedom: values.count - 1) * deviation
            / Double(values.count).squareRoot()
        return (mean(values) - reach)...(mean(values) + reach)
    }

    /// The 97.5 % quantile of Student's t: in closed form for one degree of freedom, else by bisection on the
    /// distribution's finite sums.
    ///
    /// Source: Abramowitz & Stegun 1964, 26.7.3 and 26.7.4. Error below 1e-9.
    package static func quantile(degreesOfFreedom n: Int) -> Double {
        precondition(n > 0, "Student's t needs at least one degree of freedom, not \(n)")
        if n == 1 { return tan(0.475 * .pi) }
        var (low, high) = (1.9, 4.4)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if central(middle, degreesOfFreedom: n) < 0.95 { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The probability of −t…t.
    private static func central(_ t: Double, degreesOfFreedom n: Int) -> Double {
        let angle = atan(t / Double(n).squareRoot())
        let cosine = cos(angle), square = cosine * cosine
        if n % 2 == 1 {
            var (sum, term) = (0.0, cosine)
            for k in stride(from: 1, through: n - 2, by: 2) {
                sum += term
                term *= square * Double(k + 1) / Double(k + 2)
            }
            return 2 / .pi * (angle + sin(angle) * sum)
        }
        var (sum, term) = (0.0, 1.0)
        for k in stride(from: 0, through: n - 2, by: 2) {
            sum += term
            term *= square * Double(k + 1) / Double(k + 2)
        }
        return sin(angle) * sum
    }
}
