import RanvierConfiguration
import RanvierLearning
import RanvierTensors

/// `weight-mirror`: feedback weights learn from noise that is sent up.
///
///     B ← B + η (⟨x yᵀ⟩ − d B),   y = W x   or   y = max(W x + b, 0),   x ~ N(0, σ²)
///
/// in a phase before each epoch, layer by layer; in the nonlinear case both sides are taken about their means in a batch. In the
/// linear case `B` goes to `σ² W / d`. Source: Akrout et al. 2019.
public struct WeightMirror: LocalRule {
    /// How the upper layer answers.
    public enum Response: String, CaseIterable, Hashable, Sendable {
        /// `W x`.
        case linear
        /// `max(W x + b, 0)`.
        case rectified
    }

    /// What brings feedback weights to the size of the forward ones.
    public enum Scale: String, CaseIterable, Hashable, Sendable {
        /// `d / σ²` on what is learned, which both layers know: `B` goes to `W` in the linear case.
        case noise
        /// The size that they were drawn with.
        case initial
        /// Nothing: `B` goes to `σ² W / d`.
        case none
    }

    /// `weight-mirror`.
    public static let kind = "weight-mirror"
    /// η.
    public var rate: Float = 0.5
    /// d.
    public var decay: Float = 0.1
    /// σ.
    public var noise: Float = 1
    /// Batches of noise before an epoch.
    public var batches = 100
    /// Samples of noise in a batch.
    public var samples = 128
    /// How the upper layer answers.
    public var response = Response.linear
    /// What brings feedback weights to size.
    public var scale = Scale.noise
    /// First feedback weights.
    public var feedback = FeedbackOptions()

    /// Linear answers, as large as the forward weights.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<WeightMirror> {
        Field.number("rate", \.rate, in: .positive)
        Field.number("decay", \.decay, in: .positive)
        Field.number("noise", \.noise, in: .positive)
        Field.integer("batches", \.batches, in: 1...)
        Field.integer("samples", \.samples, in: 2..., drawn: 2...8)
        Field.choice("response", \.response)
        Field.choice("scale", \.scale)
        Field.part(\.feedback)
    }

    /// Feedback weights that mirror.
    ///
    /// - Throws: ``AlignmentError/setting(name:expected:found:)`` where a step would overshoot.
    public func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner {
        guard rate * decay < 1 else {
            throw AlignmentError.setting(
                name: "learning.rule.weight-mirror", expected: "rate · decay below 1",
                found: "\(rate) · \(decay)")
        }
        var learner = try FeedbackLearner(
            for: model, seed: seed, rule: Self.kind,
            aligner: WeightMirrorAligner(rule: self, seed: seed), gain: feedback.gain)
        learner.keepsScale = scale == .initial
        return learner
    }
}

/// The phase of noise.
struct WeightMirrorAligner: FeedbackAligner {
    let rule: WeightMirror
    let seed: UInt64

    mutating func align(
        _ stack: inout [FeedbackLayer], epoch: Int
    ) throws -> [String: ConfigurationValue] {
        let stream = RandomStream(seed: seed, name: "weight-mirror").substream(epoch)
        for index in stack.indices {
            let own = stream.substream(index), lower = stack[index].weights.shape[0]
            for batch in 0..<rule.batches {
                let noise = Tensor(
                    normalWithMean: 0, standardDeviation: rule.noise,
                    shape: [rule.samples, lower], from: own.substream(batch))
                stack[index].feedback = step(stack[index], noise: noise)
            }
        }
        return [:]
    }

    /// Feedback weights after one batch of noise, `[samples, lower]`.
    func step(_ layer: FeedbackLayer, noise: Tensor) -> Tensor {
        var (x, y) = (noise, noise.matrixProduct(layer.weights))
        if rule.response == .rectified {
            if let bias = layer.bias { y = y + bias }
            y = y.relu()
            x = x - x.mean(axes: [0], keepingAxes: true)
            y = y - y.mean(axes: [0], keepingAxes: true)
        }
        let gain =
            rule.scale == .noise
            ? rule.decay / (rule.noise * rule.noise) : 1
        let mirrored = x.transposed([1, 0]).matrixProduct(y) * (gain / Float(noise.shape[0]))
        return layer.feedback + (mirrored - layer.feedback * rule.decay) * rule.rate
    }
}
