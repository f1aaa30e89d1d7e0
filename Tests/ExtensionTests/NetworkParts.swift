import Foundation
import Ranvier

/// A factor for each channel, the last axis.
///
///     y[…, c] = g[c] x[…, c]
struct Gain: DescribedLayer {
    /// What can be chosen.
    struct Options: Configurable {
        /// Number of channels; nil for as many as there are.
        var channels: Int?
        /// The first value of all factors.
        var factor: Float = 1

        static let schema = Schema<Options> {
            Field.optionalInteger("channels", \.channels, in: 1..., drawn: nil)
            Field.number("factor", \.factor)
        }
    }

    static let kind = "gain"
    let options: Options
    private let factors: Parameter

    init(_ options: Options, at site: LayerSite) {
        var options = options
        let channels = options.channels ?? site.channels
        options.channels = channels
        self.options = options
        factors = Parameter(
            shape: [channels], initialization: .constant(options.factor), decays: false)
    }

    var parameters: [(name: String, parameter: Parameter)] { [("factors", factors)] }
    var remembers: Bool { false }

    func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        guard input.last == factors.shape[0] else {
            throw ShapeMismatch(expected: "\(factors.shape[0]) channels", found: input)
        }
        return input
    }

    func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        context.observe(.operations(OperationCount(multiplyAccumulate: input.count)))
        return input * factors.tensor
    }
}

/// A leaky neuron that tires: each spike raises its threshold for a while, by a factor that is learned.
///
///     u[t] = β v[t−1] + I[t],   s[t] = [u[t] ≥ 1 + g a[t−1]],   v[t] = u[t] (1 − s[t])
///     a[t] = ρ a[t−1] + s[t],   β = exp(−Δt/τ),   ρ = exp(−Δt/τ_a)
///
/// Source: Bellec et al. 2018, with a reset to zero.
struct TiringNeuron: DescribedNeuron {
    /// What can be chosen.
    struct Options: Configurable {
        /// τ in seconds.
        var membraneTimeConstant = 20e-3
        /// τ_a in seconds.
        var recoveryTimeConstant = 100e-3
        /// The first g.
        var firstGain: Float = 0.2

        static let schema = Schema<Options> {
            Field.number("membrane-time-constant", \.membraneTimeConstant, in: .positive)
            Field.number("recovery-time-constant", \.recoveryTimeConstant, in: .positive)
            Field.number("first-gain", \.firstGain)
        }
    }

    static let kind = "tiring"
    static let states = ["membrane", "tiredness"]
    let options: Options
    private let gain: Parameter

    init(_ options: Options, at site: LayerSite) {
        self.options = options
        gain = Parameter(shape: [], initialization: .constant(options.firstGain), decays: false)
    }

    var parameters: [(name: String, parameter: Parameter)] { [("gain", gain)] }

    func step(
        _ current: Tensor, _ state: LayerState, timeStep: Double
    ) -> (spikes: Tensor, state: LayerState) {
        let kept = Float(exp(-timeStep / options.membraneTimeConstant))
        let tired = Float(exp(-timeStep / options.recoveryTimeConstant))
        let before = state["tiredness"] ?? .zeros(current.shape)
        let u = (state["membrane"] ?? .zeros(current.shape)) * kept + current
        let spikes = spike(u - 1 - gain.tensor * before, surrogate: .arctangent)
        return (
            spikes,
            LayerState([
                "membrane": u * (1 - spikes.detached),
                "tiredness": before * tired + spikes.detached,
            ])
        )
    }
}

/// Threshold crossings: a value is added up step by step, and each time the sum passes another multiple of θ there is a spike.
///
///     s[t] = [⌊x (t + 1) / θ⌋ > ⌊x t / θ⌋]
struct CrossingEncoder: SpikeEncoder {
    static let kind = "crossing"
    var steps = 25
    var timeStep = 1e-3
    /// θ.
    var threshold: Float = 1

    static let schema = Schema<CrossingEncoder> {
        Field.integer("steps", \.steps, in: 1...)
        Field.number("time-step", \.timeStep, in: .positive)
        Field.number("threshold", \.threshold, in: .positive)
    }

    var accepts: AcceptedValues { .unit }

    func encode(
        _ values: Tensor, at position: EncodingPosition
    ) throws(SpikeError) -> Tensor {
        try requireAccepted(values)
        let numbers = values.scalars
        let spikes = (0..<steps).flatMap { step in
            numbers.map { value -> Float in
                let passed = (value * Float(step + 1) / threshold).rounded(.down)
                return passed > (value * Float(step) / threshold).rounded(.down) ? 1 : 0
            }
        }
        return Tensor(spikes: spikes, shape: [steps] + values.shape)
    }
}
