import RanvierConfiguration
import RanvierTensors

/// Temporal contrast: a spike where a signal rises or falls by at least a threshold from one step to the next.
///
///     Δ = x[t] − x[t−1];   "on" spikes if Δ ≥ θ, "off" spikes if Δ ≤ −θ
///
/// For sequences: values `[B, T, C]` or `[B, T, features…]`, any numbers; the result is
/// `[T, B, features…, 2C]` with the "on" channels first, then the "off" channels, along the last axis
/// (`[B, T]` is one channel). Deviation: the common definition has one signal of +1 and −1; two channels
/// carry the same and stay binary.
public struct DeltaEncoder: SpikeEncoder {
    /// Number of time steps; the sequences must have as many.
    public private(set) var steps: Int
    /// Length of a step in seconds.
    public private(set) var timeStep: Double
    /// Smallest change that spikes, θ.
    public private(set) var threshold: Float
    /// Value before the first step; nil takes the first value, so that no spike comes of it.
    public private(set) var valueBeforeFirst: Float?

    /// Spikes at changes of at least `threshold`.
    public init(
        steps: Int, timeStep: Double, threshold: Float, valueBeforeFirst: Float? = 0
    ) {
        requireSteps(steps, timeStep)
        precondition(threshold > 0, "the threshold must be positive, not \(threshold)")
        self.steps = steps
        self.timeStep = timeStep
        self.threshold = threshold
        self.valueBeforeFirst = valueBeforeFirst
    }

    /// The smallest change that spikes.
    public var resolution: EncodingResolution? { .change(Double(threshold)) }

    /// A step.
    public var rowDuration: Double? { timeStep }

    /// A sample's features without the time axis, twice as many channels.
    public func featureShape(ofSample shape: [Int]) throws(SpikeError) -> [Int] {
        guard let first = shape.first, first == steps else {
            throw .shapeDoesNotFit(
                encoder: "delta", expected: "samples [\(steps), channels]", found: shape)
        }
        var features = Array(shape.dropFirst())
        if features.isEmpty { features = [1] }
        features[features.count - 1] *= 2
        return features
    }

    /// "On" and "off" spikes.
    public func encode(
        _ values: Tensor, at position: EncodingPosition
    ) throws(SpikeError) -> Tensor {
        let features = try featureShape(ofSample: Array(values.shape.dropFirst()))
        try requireAccepted(values)
        let numbers = values.scalars
        let batch = values.shape[0], channels = features[features.count - 1] / 2
        let size = features.elementCount / 2
        return Tensor(spikesOfShape: [steps, batch] + features) { writer in
            Parallel.forEach(parts: steps) { step in
                for index in 0..<batch * size {
                    let sample = index / size, element = index % size
                    let position = (sample * steps + step) * size + element
                    let before =
                        step > 0 ? numbers[position - size] : valueBeforeFirst ?? numbers[position]
                    guard let isRise = isRise(from: before, to: numbers[position]) else {
                        continue
                    }
                    let group = index / channels * 2 + (isRise ? 0 : 1)
                    writer.set(row: step, index: group * channels + index % channels)
                }
            }
        }
    }

    /// Whether a change is a rise; nil where it is too small to be told.
    fileprivate func isRise(from before: Float, to now: Float) -> Bool? {
        let change = now - before
        return abs(change) >= threshold ? change > 0 : nil
    }

    /// Compares each row with the one before it.
    public func rowEncoder() -> (any RowEncoder)? { DeltaRows(encoder: self) }
}

private struct DeltaRows: RowEncoder {
    let encoder: DeltaEncoder
    var before: [Float]?

    init(encoder: DeltaEncoder) { self.encoder = encoder }

    mutating func encode(_ row: Tensor) throws(SpikeError) -> Tensor {
        try encoder.requireAccepted(row)
        let numbers = row.scalars
        let last =
            before ?? encoder.valueBeforeFirst.map { [Float](repeating: $0, count: numbers.count) }
            ?? numbers
        before = numbers
        var features = row.rank > 1 ? Array(row.shape.dropFirst()) : [1]
        let channels = features[features.count - 1]
        features[features.count - 1] *= 2
        return Tensor(spikesOfShape: [1, 1] + features) { writer in
            for index in numbers.indices {
                guard let isRise = encoder.isRise(from: last[index], to: numbers[index]) else {
                    continue
                }
                let group = index / channels * 2 + (isRise ? 0 : 1)
                writer.set(row: 0, index: group * channels + index % channels)
            }
        }
    }
}

extension DeltaEncoder {
    /// `delta`.
    public static let kind = "delta"

    /// 25 steps of a millisecond.
    public init() { self.init(steps: 25, timeStep: 1e-3, threshold: 0.1) }

    /// The keys of a configuration.
    public static let schema = Schema<DeltaEncoder> {
        Field.integer("steps", \.steps, in: 1...)
        Field.number("time-step", \.timeStep, in: .positive)
        Field.number("threshold", \.threshold, in: .positive, isRequired: true)
        Field { section, encoder throws(ConfigurationError) in
            let before = encoder.valueBeforeFirst.map(\.inShortest)
            guard try section.boolean("spikes-at-start", default: before != nil) else {
                encoder.valueBeforeFirst = nil
                return
            }
            encoder.valueBeforeFirst = Float(
                try section.float("value-before-first", default: before ?? 0))
        } write: { encoder in
            let spikes = ConfigurationValue.Entry(
                "spikes-at-start", .boolean(encoder.valueBeforeFirst != nil))
            guard let before = encoder.valueBeforeFirst else { return [spikes] }
            return [spikes, .init("value-before-first", .float(before.inShortest))]
        } vary: { encoder, random in
            encoder.valueBeforeFirst = Bool.random(using: &random) ? 0.5 : nil
        }
    }
}

extension SpikeEncoder where Self == DeltaEncoder {
    /// Spikes where a sequence rises or falls.
    public static func delta(steps: Int, timeStep: Double, threshold: Float) -> DeltaEncoder {
        DeltaEncoder(steps: steps, timeStep: timeStep, threshold: threshold)
    }
}
