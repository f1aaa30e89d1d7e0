import Foundation
import RanvierConfiguration

/// Maps values to a length and chooses where to put ticks.
package struct AxisScale: Equatable, Sendable {
    /// A labelled position.
    package struct Tick: Equatable, Sendable {
        /// Value at the tick.
        package var value: Double
        /// Its label.
        package var label: String
    }

    /// Value at the start of the axis.
    package let lower: Double
    /// Value at its end.
    package let upper: Double
    /// Whether equal lengths are equal ratios.
    package let isLogarithmic: Bool
    /// Ticks within the axis, ascending.
    package let ticks: [Tick]

    /// Position of a value, 0 at the lower end and 1 at the upper.
    package func position(of value: Double) -> Double {
        if isLogarithmic { return log10(value / lower) / log10(upper / lower) }
        return (value - lower) / (upper - lower)
    }

    /// An axis around values, with ends on ticks.
    /// - Parameter values: what must fit; values that cannot be drawn are ignored.
    /// - Returns: nil where nothing can be drawn.
    package static func fitting(
        _ values: [Double], logarithmic: Bool = false, includeZero: Bool = false, ticks: Int = 5
    ) -> AxisScale? {
        let drawable = values.filter { $0.isFinite && (!logarithmic || $0 > 0) }
        guard var lowest = drawable.min(), var highest = drawable.max() else { return nil }
        if logarithmic { return .logarithmic(from: lowest, to: highest) }
        if includeZero {
            lowest = min(lowest, 0)
            highest = max(highest, 0)
        }
        if lowest == highest {
            let margin = lowest == 0 ? 1 : abs(lowest) * 0.1
            if !(includeZero && lowest == 0) { lowest -= margin }
            highest += margin
        }
        let step = niceStep(span: highest - lowest, count: ticks)
        return .linear(
            from: (lowest / step + 1e-9).rounded(.down) * step,
            to: (highest / step - 1e-9).rounded(.up) * step, step: step)
    }

    /// An axis with given ends and ticks at multiples of a nice step inside.
    package static func exactly(
        from lower: Double, to upper: Double, ticks: Int = 5, whole: Bool = false
    ) -> AxisScale {
        let step = niceStep(span: upper - lower, count: ticks)
        return .linear(from: lower, to: upper, step: whole ? max(step.rounded(.up), 1) : step)
    }

    /// The step among 1, 2, 2.5 and 5 times a power of ten that gives at most `count` intervals.
    package static func niceStep(span: Double, count: Int) -> Double {
        guard span.isFinite, span > 0 else { return 1 }
        let rough = span / Double(max(count, 1))
        let power = pow(10, floor(log10(rough)))
        for factor in [1, 2, 2.5, 5] where factor * power >= rough * (1 - 1e-9) {
            return factor * power
        }
        return 10 * power
    }

    private static func linear(from lower: Double, to upper: Double, step: Double) -> AxisScale {
        let decimals = decimals(for: step)
        let largest = max(abs(lower), abs(upper))
        var ticks: [Tick] = []
        var index = (lower / step - 1e-6).rounded(.up)
        while index * step <= upper + 1e-6 * step, ticks.count < 100 {
            let value = index * step
            let label =
                largest >= 1e6 || largest < 1e-4
                ? NumberText.significant(value) : NumberText.fixed(value, decimals: decimals)
            ticks.append(Tick(value: value, label: label))
            index += 1
        }
        return AxisScale(lower: lower, upper: upper, isLogarithmic: false, ticks: ticks)
    }

    private static func logarithmic(from lowest: Double, to highest: Double) -> AxisScale {
        var low = Int(floor(log10(lowest) + 1e-9))
        var high = Int(ceil(log10(highest) - 1e-9))
        if low == high {
            low -= 1
            high += 1
        }
        let factors: [Double] = high - low <= 2 ? [1, 2, 5] : [1]
        let stride = max(1, (high - low + 5) / 6)
        var ticks: [Tick] = []
        for exponent in low...high where (exponent - low) % stride == 0 {
            for factor in factors where exponent < high || factor == 1 {
                let value = factor * pow(10, Double(exponent))
                let isPower = exponent < -3 || exponent > 4
                let label =
                    isPower && factor == 1
                    ? "10" + NumberText.superscript(exponent)
                    : NumberText.fixed(value, decimals: max(0, -exponent))
                if !isPower || factor == 1 { ticks.append(Tick(value: value, label: label)) }
            }
        }
        return AxisScale(
            lower: pow(10, Double(low)), upper: pow(10, Double(high)), isLogarithmic: true,
            ticks: ticks)
    }

    private static func decimals(for step: Double) -> Int {
        var scaled = step
        for decimals in 0..<12 {
            if abs(scaled - scaled.rounded()) < 1e-6 * max(1, scaled) { return decimals }
            scaled *= 10
        }
        return 12
    }
}
