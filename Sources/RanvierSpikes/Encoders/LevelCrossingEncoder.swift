import RanvierConfiguration
import RanvierTensors

/// Level crossing (send on delta): a signal tells when it has moved by a whole level since it last told.
///
///     n = ⌊(x[t] − r) / δ⌋ rises, or ⌊(r − x[t]) / δ⌋ falls, at most m;   r ← r ± n δ
///
/// The reference r begins at the first value (or at ``valueBeforeFirst``) and moves by δ with each event, so
/// drifts are told however slow they are, and noise of less than δ around a level tells nothing: after a
/// rise the signal must fall by δ below r before there is a fall. ``DeltaEncoder`` compares neighbouring
/// steps instead, and keeps no reference.
///
/// A jump of several δ gives at most ``mostEvents`` m events of a channel within a step; what is left over is
/// made up in the steps that follow, unless the signal has come back by then. With m = 1 the sequence is one
/// of spikes; with more a step holds the number of its events. The signal is known from the events,
/// `x̂ = r`, to
///
///     |x − x̂| < δ                          while steps differ by no more than m δ
///     |x − x̂| ≤ |x[t] − r[t−1]| − m δ      else, falling by at least m δ with each quiet step
///
/// For sequences: values `[B, T, C]` or `[B, T, features…]`, any numbers; the result is
/// `[T, B, features…, 2C]` with the rises first, then the falls, along the last axis (`[B, T]` is one
/// channel). A value that misses a level by the rounding of single precision has reached it.
///
/// Source: Miskowicz, "Send-on-delta concept", Sensors 6, 2006; as asynchronous delta modulation in
/// event-driven sensors.
public struct LevelCrossingEncoder: SpikeEncoder {
    /// Number of time steps; the sequences must have as many.
    public private(set) var steps: Int
    /// Length of a step in seconds.
    public private(set) var timeStep: Double
    /// Distance of levels δ, in units of the signal.
    public private(set) var threshold: Double
    /// Most events of a channel within a step, m.
    public private(set) var mostEvents: Int
    /// The reference before the first step; nil takes the first value, so that no event comes of it.
    public private(set) var valueBeforeFirst: Double?

    /// Events at levels that are `threshold` apart.
    public init(
        steps: Int, timeStep: Double, threshold: Double, mostEvents: Int = 1,
        valueBeforeFirst: Double? = nil
    ) {
        requireSteps(steps, timeStep)
        precondition(threshold > 0, "the distance of levels must be positive, not \(threshold)")
        precondition(mostEvents > 0, "a step needs room for an event, not for \(mostEvents)")
        self.steps = steps
        self.timeStep = timeStep
        self.threshold = threshold
        self.mostEvents = mostEvents
        self.valueBeforeFirst = valueBeforeFirst
    }

    /// The distance of levels.
    public var resolution: EncodingResolution? { .level(threshold) }

    /// A step.
    public var rowDuration: Double? { timeStep }

    /// A sample's features without the time axis, twice as many channels.
    public func featureShape(ofSample shape: [Int]) throws(SpikeError) -> [Int] {
        guard let first = shape.first, first == steps else {
            throw .shapeDoesNotFit(
                encoder: Self.kind, expected: "samples [\(steps), channels]", found: shape)
        }
        return Self.doubled(Array(shape.dropFirst()))
    }

    /// Rises and falls.
    public func encode(
        _ values: Tensor, at position: EncodingPosition
    ) throws(SpikeError) -> Tensor {
        let features = try featureShape(ofSample: Array(values.shape.dropFirst()))
        try requireAccepted(values)
        let numbers = values.scalars, batch = values.shape[0]
        let size = features.elementCount / 2
        var events = [Int](repeating: 0, count: numbers.count)
        for sample in 0..<batch {
            var levels = SignalLevels(self)
            for step in 0..<steps {
                let first = (sample * steps + step) * size
                let counts = levels.events(of: numbers[first..<first + size])
                let place = (step * batch + sample) * size
                for (element, count) in counts.enumerated() { events[place + element] = count }
            }
        }
        return sequence(events, shape: [steps, batch] + features)
    }

    /// Goes on from the level that was told last.
    public func rowEncoder() -> (any RowEncoder)? { LevelRows(encoder: self) }

    /// Events of channels, rises positive, as a sequence with rises and falls apart.
    fileprivate func sequence(_ events: [Int], shape: [Int]) -> Tensor {
        let channels = shape[shape.count - 1] / 2
        func visit(_ body: (_ index: Int, _ count: Int) -> Void) {
            for (index, count) in events.enumerated() where count != 0 {
                let group = index / channels * 2 + (count > 0 ? 0 : 1)
                body(group * channels + index % channels, abs(count))
            }
        }
        guard mostEvents > 1 else {
            let row = shape.dropFirst().reduce(1, *)
            return Tensor(spikesOfShape: shape) { writer in
                visit { index, _ in writer.set(row: index / row, index: index % row) }
            }
        }
        var numbers = [Float](repeating: 0, count: shape.elementCount)
        visit { numbers[$0] = Float($1) }
        return Tensor(numbers, shape: shape)
    }

    fileprivate static func doubled(_ features: [Int]) -> [Int] {
        var features = features.isEmpty ? [1] : features
        features[features.count - 1] *= 2
        return features
    }
}

/// The references of the channels of one signal. Levels are counted, so that they do not drift by rounding.
private struct SignalLevels {
    let threshold: Double
    let mostEvents: Double
    let valueBeforeFirst: Double?
    var origins: [Double] = []
    var levels: [Int] = []

    init(_ encoder: LevelCrossingEncoder) {
        threshold = encoder.threshold
        mostEvents = Double(encoder.mostEvents)
        valueBeforeFirst = encoder.valueBeforeFirst
    }

    /// Events of each channel at the next step: rises positive, falls negative.
    mutating func events(of row: ArraySlice<Float>) -> [Int] {
        if origins.isEmpty {
            origins = row.map { valueBeforeFirst ?? Double($0) }
            levels = [Int](repeating: 0, count: row.count)
        }
        return row.enumerated().map { channel, value in
            let origin = origins[channel]
            let distance = (Double(value) - origin) / threshold - Double(levels[channel])
            // A value is only known to single precision; far from 0 that must not become a level of its own.
            let rounding = 2 * Double(max(abs(value), Float(abs(origin))).ulp) / threshold
            let passed = (abs(distance) + min(rounding, 0.01)).rounded(.down)
            let count = Int(min(passed, mostEvents)) * (distance < 0 ? -1 : 1)
            levels[channel] += count
            return count
        }
    }
}

private struct LevelRows: RowEncoder {
    let encoder: LevelCrossingEncoder
    var levels: SignalLevels

    init(encoder: LevelCrossingEncoder) {
        self.encoder = encoder
        levels = SignalLevels(encoder)
    }

    mutating func encode(_ row: Tensor) throws(SpikeError) -> Tensor {
        try encoder.requireAccepted(row)
        let features = LevelCrossingEncoder.doubled(Array(row.shape.dropFirst()))
        return encoder.sequence(levels.events(of: row.scalars[...]), shape: [1, 1] + features)
    }
}

extension LevelCrossingEncoder {
    /// `level-crossing`.
    public static let kind = "level-crossing"

    /// 25 steps of a millisecond.
    public init() { self.init(steps: 25, timeStep: 1e-3, threshold: 0.1) }

    /// The keys of a configuration.
    public static let schema = Schema<LevelCrossingEncoder> {
        Field.integer("steps", \.steps, in: 1...)
        Field.number("time-step", \.timeStep, in: .positive)
        Field.number("threshold", \.threshold, in: .positive, isRequired: true)
        Field.integer("most-events", \.mostEvents, in: 1...)
        Field.optionalNumber("value-before-first", \.valueBeforeFirst)
    }
}

extension SpikeEncoder where Self == LevelCrossingEncoder {
    /// Events where a sequence has moved by a level.
    public static func levelCrossing(
        steps: Int, timeStep: Double, threshold: Double, mostEvents: Int = 1
    ) -> LevelCrossingEncoder {
        LevelCrossingEncoder(
            steps: steps, timeStep: timeStep, threshold: threshold, mostEvents: mostEvents)
    }
}
