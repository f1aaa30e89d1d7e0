import RanvierConfiguration
import RanvierTensors

/// Presents the mean over the steps of samples that are sequences, once: what an artificial network sees of a recording.
///
/// Values `[B, T, features…]`, any numbers, become `[1, B, features…]`.
public struct MeanEncoder: SpikeEncoder {
    /// 1.
    public var steps: Int { 1 }
    /// Length of the step in seconds.
    public private(set) var timeStep: Double

    /// Presents the mean for one step.
    public init(timeStep: Double) {
        requireSteps(1, timeStep)
        self.timeStep = timeStep
    }

    /// The mean itself.
    public var resolution: EncodingResolution? { .exact }

    /// A sample's features without the time axis.
    public func featureShape(ofSample shape: [Int]) throws(SpikeError) -> [Int] {
        guard shape.count > 1 else {
            throw .shapeDoesNotFit(
                encoder: "mean", expected: "samples [steps, features…]", found: shape)
        }
        return Array(shape.dropFirst())
    }

    /// The mean over the steps.
    public func encode(
        _ values: Tensor, at position: EncodingPosition
    ) throws(SpikeError) -> Tensor {
        let features = try featureShape(ofSample: Array(values.shape.dropFirst()))
        let mean = values.mean(axes: [1]).reshaped(to: [values.shape[0]] + features)
        return mean.repeatedInTime(steps: 1)
    }
}

extension MeanEncoder {
    /// `mean`.
    public static let kind = "mean"

    /// A step of a millisecond.
    public init() { self.init(timeStep: 1e-3) }

    /// The keys of a configuration.
    public static let schema = Schema<MeanEncoder> {
        Field.number("time-step", \.timeStep, in: .positive)
    }
}
