import RanvierConfiguration
import RanvierTensors

/// Burst coding: larger values give more spikes, closer together, from the first step on.
///
///     number    n = min(⌈N x⌉, N)
///     interval  d = ⌈L − (L − S) x⌉ steps
///     spikes at 0, d, 2 d, …, (n − 1) d
///
/// Spikes after the last step are left out. Intervals are whole steps, because the code is one of steps.
public struct BurstEncoder: SpikeEncoder {
    /// Number of time steps.
    public private(set) var steps: Int
    /// Length of a step in seconds.
    public private(set) var timeStep: Double
    /// Most spikes of a burst, `N`.
    public private(set) var mostSpikes: Int
    /// Interval of a value of 1 in steps, `S`.
    public private(set) var shortestInterval: Int
    /// Interval of a value of 0 in steps, `L`.
    public var longestInterval: Int { givenLongest ?? max(steps - 1, shortestInterval) }
    private var givenLongest: Int?

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
        // One spike has no interval; what has no effect is not kept, as configurations refuse it.
        self.shortestInterval = mostSpikes == 1 ? 1 : shortestInterval
        givenLongest = mostSpikes == 1 ? nil : longestInterval
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

    /// Values from 0 to 1.
    public var accepts: AcceptedValues { .unit }

    /// The widest range of values whose bursts are the same within the steps.
    public var resolution: EncodingResolution? {
        // Of very many intervals some are looked at, which is off by less than one in so many.
        let slope = min(longestInterval - shortestInterval, 1 << 12)
        let edges =
            (0...mostSpikes).map { Double($0) / Double(mostSpikes) }
            + (slope > 0 ? (0...slope).map { Double($0) / Double(slope) } : [])
        var widest = 0.0, since = 0.0
        var before: [Int]?
        let sorted = Set(edges).sorted()
        for (low, high) in zip(sorted, sorted.dropFirst()) where high - low > 1e-6 {
            let burst = spikeSteps(of: Float((low + high) / 2))
            if burst != before { (since, before) = (low, burst) }
            widest = max(widest, high - since)
        }
        return widest >= 1 ? .nothing : .step(widest)
    }

    /// Steps at which a value spikes.
    private func spikeSteps(of value: Float) -> [Int] {
        let interval = interval(of: value)
        return Array(
            stride(from: 0, to: min(spikeCount(of: value) * interval, steps), by: interval))
    }

    /// The bursts as spikes.
    public func encode(
        _ values: Tensor, at position: EncodingPosition
    ) throws(SpikeError) -> Tensor {
        try requireAccepted(values)
        return Tensor(encoding: values, steps: steps) { value, spike in
            for step in spikeSteps(of: value) { spike(step) }
        }
    }
}

extension BurstEncoder {
    /// `burst`.
    public static let kind = "burst"

    /// 25 steps of a millisecond.
    public init() { self.init(steps: 25, timeStep: 1e-3) }

    /// The keys of a configuration.
    public static let schema = Schema<BurstEncoder> {
        Field.integer("steps", \.steps, in: 1...)
        Field.number("time-step", \.timeStep, in: .positive)
        Field.integer("most-spikes", \.mostSpikes, in: 1...1000)
        Field { section, encoder throws(ConfigurationError) in
            encoder.shortestInterval = try section.integer(
                "shortest-interval", default: encoder.shortestInterval, in: 1...)
            guard section.keys.contains("longest-interval") else {
                section.record(
                    "longest-interval", encoder.givenLongest.map { .integer($0) } ?? .null)
                return
            }
            encoder.givenLongest = try section.optionalInteger(
                "longest-interval", in: encoder.shortestInterval...)
        } write: {
            [
                .init("shortest-interval", .integer($0.shortestInterval)),
                .init("longest-interval", $0.givenLongest.map { .integer($0) } ?? .null),
            ]
        } vary: { encoder, random in
            encoder.shortestInterval = Int.random(in: 1...3, using: &random)
            encoder.givenLongest = Bool.random(using: &random) ? 4 : nil
        }
        Field.refusing("longest-interval", "shortest-interval") {
            $0.mostSpikes == 1 && ($0.givenLongest != nil || $0.shortestInterval != 1)
        } because: { _ in
            "has no effect with most-spikes 1: one spike has no interval to the next"
        } settle: {
            ($0.shortestInterval, $0.givenLongest) = (1, nil)
        }
    }
}

extension SpikeEncoder where Self == BurstEncoder {
    /// More spikes, closer together, for larger values.
    public static func burst(steps: Int, timeStep: Double, mostSpikes: Int = 5) -> BurstEncoder {
        BurstEncoder(steps: steps, timeStep: timeStep, mostSpikes: mostSpikes)
    }
}
