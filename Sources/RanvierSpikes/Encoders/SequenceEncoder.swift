import RanvierConfiguration
import RanvierTensors

/// Presents samples that are sequences already, one step after the other.
///
/// Values `[B, T, features…]`, any numbers, become `[T, B, features…]`; stored as spikes where all are 0
/// or 1 (rasters of events, of sound). A single axis behind `T` may be missing: `[B, T]` is one channel.
public struct SequenceEncoder: SpikeEncoder {
    /// Number of time steps; the sequences must have as many.
    public private(set) var steps: Int
    /// Length of a step in seconds.
    public private(set) var timeStep: Double

    /// Presents sequences of `steps` steps.
    public init(steps: Int, timeStep: Double) {
        requireSteps(steps, timeStep)
        self.steps = steps
        self.timeStep = timeStep
    }

    /// A row of the sample.
    public var form: EncodedForm { .rows }

    /// The values themselves.
    public var resolution: EncodingResolution? { .exact }

    /// A sample's features without the time axis.
    public func featureShape(ofSample shape: [Int]) throws(SpikeError) -> [Int] {
        guard let first = shape.first, first == steps else {
            throw .shapeDoesNotFit(
                encoder: "sequence", expected: "samples [\(steps), channels]", found: shape)
        }
        return shape.count == 1 ? [1] : Array(shape.dropFirst())
    }

    /// The steps in order.
    public func encode(
        _ values: Tensor, at position: EncodingPosition
    ) throws(SpikeError) -> Tensor {
        let features = try featureShape(ofSample: Array(values.shape.dropFirst()))
        let batch = values.shape[0], size = features.elementCount
        let sequence = values.reshaped(to: [batch, steps, size]).transposed([1, 0, 2])
            .reshaped(to: [steps, batch] + features)
        guard !values.isTracked, sequence.isBinary else { return sequence }
        return sequence.packedAsSpikes
    }
}

extension SequenceEncoder {
    /// `sequence`.
    public static let kind = "sequence"

    /// 25 steps of a millisecond.
    public init() { self.init(steps: 25, timeStep: 1e-3) }

    /// The keys of a configuration.
    public static let schema = Schema<SequenceEncoder> {
        Field.integer("steps", \.steps, in: 1...)
        Field.number("time-step", \.timeStep, in: .positive)
    }
}

extension SpikeEncoder where Self == SequenceEncoder {
    /// Samples that are sequences already.
    public static func sequence(steps: Int, timeStep: Double) -> SequenceEncoder {
        SequenceEncoder(steps: steps, timeStep: timeStep)
    }
}
