import RanvierConfiguration
import RanvierTensors

/// Presents the values themselves at every step; the first layer turns them into spikes.
///
///     I[t] = x   for every t
///
/// Values may be any numbers, for example normalised ones. The sequence is stored once, and the layers that
/// can, work on the one step. Gradients of all steps add up in the values.
public struct DirectEncoder: SpikeEncoder {
    /// Number of time steps.
    public private(set) var steps: Int
    /// Length of a step in seconds.
    public private(set) var timeStep: Double

    /// Repeats for `steps` steps.
    public init(steps: Int, timeStep: Double) {
        requireSteps(steps, timeStep)
        self.steps = steps
        self.timeStep = timeStep
    }

    /// The values, the same at every step.
    public var form: EncodedForm { .constant }

    /// The values themselves.
    public var resolution: EncodingResolution? { .exact }

    /// The values at every step.
    public func encode(_ values: Tensor, at position: EncodingPosition) -> Tensor {
        values.repeatedInTime(steps: steps)
    }
}

extension DirectEncoder {
    /// `direct`.
    public static let kind = "direct"

    /// 25 steps of a millisecond.
    public init() { self.init(steps: 25, timeStep: 1e-3) }

    /// The keys of a configuration.
    public static let schema = Schema<DirectEncoder> {
        Field.integer("steps", \.steps, in: 1...)
        Field.number("time-step", \.timeStep, in: .positive)
    }
}

extension SpikeEncoder where Self == DirectEncoder {
    /// The values themselves at every step.
    public static func direct(steps: Int, timeStep: Double) -> DirectEncoder {
        DirectEncoder(steps: steps, timeStep: timeStep)
    }
}
