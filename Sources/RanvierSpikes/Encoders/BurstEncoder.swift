import RanvierTensors

/// Burst coding: larger values give more spikes, closer together, from the first step on.
///
///     number    n = min(⌈N x⌉, N)
///     interval  d = ⌈L − (L − S) x⌉ steps
///     spikes at 0, d, 2 d, …, (n − 1) d
///
/// Spikes after the last step are left out. Intervals are whole steps, because the code is one of steps.
public struct BurstEncoder: SpikeEncoder, Hashable {
    /// Number of time steps.
    public let steps: Int
    /// Length of a step in seconds.
    public let timeStep: Double
    /// Most spikes of a burst, `N`.
    public let mostSpikes: Int
    /// Interval of a value of 1 in steps, `S`.
    public let shortestInterval: Int
    /// Interval of a value of 0 in steps, `L`.
    public let longestInterval: Int

    /// Bursts within `steps` steps.
    public init(
        steps: Int, timeStep: Double, mostSpikes: Int = 5, shortestInterval: Int = 1,
        longestInterval: Int? = nil
    ) {
        requireSteps(steps, timeStep)
        let longest = longestInterval ?? max(steps - 1, shortestInterval)
        precondition(mostSpikes > 0, "a burst needs at least one spike")
        precondition(
            shortestInterval >= 1 && longest >= shortestInterval,
            "intervals of \(shortestInterval) to \(longest) steps make no burst")
        self.steps = steps
        self.timeStep = timeStep
        self.mostSpikes = mostSpikes
        self.shortestInterval = shortestInterval
        self.longestInterval = longest
    }

    /// Number of spikes of a value, before the last step cuts the burst.
    public func spikeCount(of value: Float) -> Int {
        min(Int((Float(mostSpikes) * value).rounded(.up)), mostSpikes)
    }

    /// Steps between the spikes of a value.
    public func interval(of value: Float) -> Int {
        let longest = Float(longestInterval), shortest = Float(shortestInterval)
        return Int((longest - (longest - shortest) * value).rounded(.up))
    }

    /// The bursts as spikes.
    public func encode(
        _ values: Tensor, at position: EncodingPosition
    ) throws(SpikeError) -> Tensor {
        try requireUnitRange(values, encoder: "burst")
        return Tensor(encoding: values, steps: steps) { value, spike in
            let interval = interval(of: value)
            for number in 0..<spikeCount(of: value) where number * interval < steps {
                spike(number * interval)
            }
        }
    }
}

extension SpikeEncoder where Self == BurstEncoder {
    /// More spikes, closer together, for larger values.
    public static func burst(steps: Int, timeStep: Double, mostSpikes: Int = 5) -> BurstEncoder {
        BurstEncoder(steps: steps, timeStep: timeStep, mostSpikes: mostSpikes)
    }
}
