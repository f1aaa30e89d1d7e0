/// The spikes of one neuron: sorted times in seconds within a recording of known length.
///
///     let train = try SpikeTrain(times: [0.01, 0.03, 0.07], duration: 0.1)
///     train.rate                    // 30 spikes per second
///     train.interSpikeIntervals     // 0.02, 0.04
///
/// Invariants: times are finite, not decreasing, and lie in `0 ... duration`.
public struct SpikeTrain: Sendable, Hashable {
    /// Spike times in seconds, not decreasing.
    public let times: [Double]
    /// Length of the recording in seconds.
    public let duration: Double

    /// Checks the times: finite, sorted, inside the recording.
    ///
    /// - Throws: ``SpikeError`` that names the first spike that does not fit.
    public init(times: [Double], duration: Double) throws(SpikeError) {
        guard duration.isFinite, duration >= 0 else {
            throw .invalidParameter(
                name: "duration", expected: "a finite number of seconds, at least 0",
                found: "\(duration)")
        }
        var previous = 0.0
        for (index, time) in times.enumerated() {
            guard time.isFinite else { throw .timeNotFinite(index: index) }
            guard time >= 0, time <= duration else {
                throw .timeOutsideRecording(index: index, time: time, duration: duration)
            }
            guard time >= previous else {
                throw .timesNotSorted(index: index, time: time, previous: previous)
            }
            previous = time
        }
        self.init(unchecked: times, duration: duration)
    }

    init(unchecked times: [Double], duration: Double) {
        self.times = times
        self.duration = duration
    }

    /// Number of spikes.
    public var count: Int { times.count }

    /// Spikes per second over the whole recording; 0 for a recording of no length.
    public var rate: Double { duration > 0 ? Double(count) / duration : 0 }

    /// Time of the first spike; nil if the neuron is silent.
    public var firstSpikeTime: Double? { times.first }

    /// Times between neighbouring spikes in seconds; one fewer than spikes.
    public var interSpikeIntervals: [Double] {
        zip(times.dropFirst(), times).map { $0 - $1 }
    }

    /// Irregularity: standard deviation of the intervals divided by their mean.
    ///
    /// 0 for a clock, about 1 for a Poisson process. Nil with fewer than two intervals, or where the mean
    /// interval is 0.
    public var coefficientOfVariation: Double? {
        let intervals = interSpikeIntervals
        guard intervals.count >= 2 else { return nil }
        let mean = intervals.reduce(0, +) / Double(intervals.count)
        guard mean > 0 else { return nil }
        let squares = intervals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(intervals.count)).squareRoot() / mean
    }

    /// Spikes per second in consecutive windows that cover the recording.
    ///
    /// The last window may reach past the end; its rate refers to the part inside.
    public func rates(windowLength: Double) -> [Double] {
        precondition(windowLength > 0, "a window needs a positive length, not \(windowLength)")
        let windows = Int((duration / windowLength - stepTolerance).rounded(.up))
        guard windows > 0 else { return [] }
        var counts = [Int](repeating: 0, count: windows)
        for time in times {
            counts[min(stepIndex(of: time, timeStep: windowLength), windows - 1)] += 1
        }
        return counts.enumerated().map { index, count in
            Double(count) / min(windowLength, duration - Double(index) * windowLength)
        }
    }

    /// The spikes with `range.lowerBound ≤ t < range.upperBound`, on a clock that starts at the lower bound.
    public func slice(_ range: Range<Double>) -> SpikeTrain {
        let low = max(range.lowerBound, 0), high = min(range.upperBound, duration)
        guard low < high else { return SpikeTrain(unchecked: [], duration: 0) }
        let inside = times.filter { $0 >= low && $0 < range.upperBound }
        return SpikeTrain(unchecked: inside.map { $0 - low }, duration: high - low)
    }

    /// The spikes of both trains in one, as long as the longer recording.
    public func merged(with other: SpikeTrain) -> SpikeTrain {
        SpikeTrain(
            unchecked: (times + other.times).sorted(), duration: max(duration, other.duration))
    }
}

// Times are decimal fractions of a second, steps often too; their quotient may fall short of a whole
// number by rounding. A time this close to the start of a step (in steps) belongs to that step.
let stepTolerance = 1e-6

/// The step `k` with `k · timeStep ≤ time < (k + 1) · timeStep`, up to rounding.
///
/// Times too far away to be counted are moved to a step that no raster has.
func stepIndex(of time: Double, timeStep: Double) -> Int {
    let step = (time / timeStep + stepTolerance).rounded(.down)
    return Int(min(max(step, -0x1p60), 0x1p60))
}
