import RanvierConfiguration
import RanvierTensors

/// Leaky integrate-and-fire neurons whose spikes have a sign.
///
///     u[t] = β v[t−1] + I[t]
///     s[t] = Θ(u[t] − θ) − Θ(−u[t] − θ)        −1, 0 or 1
///     v[t] = u[t] − θ s[t]    (soft)   or   u[t] (1 − |s[t]|)    (hard)
///
/// Each of the two steps has the surrogate derivative at its own distance. Source: Guo et al. 2024 (ternary
/// spike). Runs step by step in plain operations.
public struct TernaryLIF: PlainNeurons {
    /// What can be chosen of the neurons.
    public struct Options: Configurable {
        /// How the membrane decays.
        public var leak = Leak.timeConstant(20e-3)
        /// θ.
        public var threshold: Float = 1
        /// Whether a spike sets the membrane to 0 instead of subtracting θ.
        public var resetsToZero = true
        /// The derivative of a spike in the backward pass.
        public var surrogate = Surrogate.arctangent

        /// 20 ms, threshold 1, arctangent.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.leak(\.leak)
            Field.number("threshold", \.threshold, in: .positive)
            Field.choice("reset", \.resetsToZero, of: ["soft": false, "hard": true])
            Field.element("surrogate", \.surrogate, of: SurrogateRole.self)
        }
    }

    /// `ternary-lif`.
    public static let kind = "ternary-lif"
    /// All that was chosen.
    public let options: Options

    /// Neurons with a leak.
    public init(
        leak: Leak, threshold: Float = 1, resetsToZero: Bool = true,
        surrogate: Surrogate = .arctangent
    ) {
        options = Options().with {
            ($0.leak, $0.threshold) = (leak, threshold)
            ($0.resetsToZero, $0.surrogate) = (resetsToZero, surrogate)
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
            let s =
                spike(u - options.threshold, surrogate: options.surrogate)
                - spike(-u - options.threshold, surrogate: options.surrogate)
            let state =
                options.resetsToZero
                ? u * (1 - s.detached.absoluteValue()) : u - options.threshold * s.detached
            return (s, state)
        }
    }

    func model(keeping factor: Float) -> Model { Model(options: options, factor: factor) }
}
