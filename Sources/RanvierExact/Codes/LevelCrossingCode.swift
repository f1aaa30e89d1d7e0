/// Level crossing: a sampled signal as spikes wherever it has risen or fallen by `step`.
///
///     level ← x(0);   "up" at t with x(t) = level + δ, "down" at t with x(t) = level − δ, level ← x(t)
///
/// Between samples the signal is the straight line through them, so spikes lie at exact times and not on
/// the samples' clock. Channel c spikes on input 2c when it rises and 2c + 1 when it falls; a constant
/// channel is silent. Asynchronous delta modulation, as event-driven sensors do it.
public struct LevelCrossingCode: Sendable, Equatable {
    /// Distance of levels δ, in units of the signal.
    public let step: Double
    /// Seconds from sample to sample.
    public let timeStep: Double

    /// Creates a code. Throws where a distance is not positive.
    public init(step: Double, timeStep: Double) throws(ExactError) {
        try ExactError.require("step", step, above: 0)
        try ExactError.require("timeStep", timeStep, above: 0)
        self.step = step
        self.timeStep = timeStep
    }

    /// Input spikes of a series `[samples][channels]` in order of time. Throws where a value is not finite
    /// or the values do not make whole samples.
    public func spikes(of series: [Float], channels: Int) throws(ExactError) -> [InputSpike] {
        try ExactError.require("channels", Double(channels), above: 0)
        try ExactError.require(
            "values of a series", count: series.count,
            equals: series.count / channels * channels)
        for (index, value) in series.enumerated() {
            try ExactError.requireFinite("value \(index) of a series", Double(value))
        }
        var spikes: [InputSpike] = []
        for channel in 0..<channels {
            let signal = stride(from: channel, to: series.count, by: channels).map {
                Double(series[$0])
            }
            guard let first = signal.first else { continue }
            // Levels are counted from the first value, so that they do not drift by rounding.
            var level = 0
            for k in 1..<max(signal.count, 1) {
                let before = (signal[k - 1] - first) / step, after = (signal[k] - first) / step
                while after >= Double(level + 1) || after <= Double(level - 1) {
                    let isUp = after > before
                    level += isUp ? 1 : -1
                    let part = (Double(level) - before) / (after - before)
                    spikes.append(
                        InputSpike(
                            time: (Double(k - 1) + part) * timeStep,
                            input: 2 * channel + (isUp ? 0 : 1)))
                }
            }
        }
        return spikes.sorted { ($0.time, $0.input) < ($1.time, $1.input) }
    }
}
