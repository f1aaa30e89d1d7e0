import RanvierConfiguration
import RanvierTensors

/// Leaky integrate-and-fire neurons whose spikes carry the membrane as their payload.
///
///     u[t] = β v[t−1] + I[t],   s[t] = u[t] Θ(u[t] − θ),   v[t] = u[t] (1 − Θ(u[t] − θ))
///
/// Derivative of a spike: `Θ + u σ′(u − θ)`. Source: graded spikes as in Orchard et al. 2021. Runs step by step in
/// plain operations.
public struct GradedLIF: PlainNeurons {
    /// What can be chosen of the neurons.
    public struct Options: Configurable {
        /// How the membrane decays.
        public var leak = Leak.timeConstant(20e-3)
        /// θ.
        public var threshold: Float = 1
        /// The derivative of a spike in the backward pass.
        public var surrogate = Surrogate.arctangent

        /// 20 ms, threshold 1, arctangent.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.leak(\.leak)
            Field.number("threshold", \.threshold, in: .positive)
            Field.element("surrogate", \.surrogate, of: SurrogateRole.self)
        }
    }

    /// `graded-lif`.
    public static let kind = "graded-lif"
    /// All that was chosen.
    public let options: Options

    /// Neurons with a leak.
    public init(
        leak: Leak, threshold: Float = 1, surrogate: Surrogate = .arctangent
    ) {
        options = Options().with {
            ($0.leak, $0.threshold) = (leak, threshold)
            $0.surrogate = surrogate
        }
    }

    /// Neurons as described.
    public init(_ options: Options, at site: LayerSite) { self.options = options }

    /// Leak 0.5, dspike.
    public static var deepOptions: Options {
        Options().with { ($0.leak, $0.surrogate) = (.factor(0.5), .dspike) }
    }

    /// How the membrane decays.
    var leak: Leak { options.leak }

    struct Model: MembraneNeuron {
        let options: Options
        let factor: Float

        func step(_ current: Tensor, _ v: Tensor) -> (spikes: Tensor, state: Tensor) {
            let u = factor * v + current
            let fires = spike(u - options.threshold, surrogate: options.surrogate)
            return (u * fires, u * (1 - fires.detached))
        }
    }

    func model(keeping factor: Float) -> Model { Model(options: options, factor: factor) }
}
