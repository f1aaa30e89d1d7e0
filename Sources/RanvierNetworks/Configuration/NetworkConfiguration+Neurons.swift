import RanvierConfiguration

extension NetworkConfiguration {
    /// Neurons; in the artificial network a rectified linear unit stands for each.
    static let neuronKinds = [
        LIF.kind, IntegrateAndFire.kind, ParametricLIF.kind, SynapticLIF.kind, AdaptiveLIF.kind,
        RecurrentLIF.kind, TernaryLIF.kind, GradedLIF.kind, ReLU.kind,
    ]

    static func neurons(
        _ element: ConfigurationElement, _ standard: NeuronDefaults = .layers
    ) throws(ConfigurationError) -> Entry {
        let options = element.options
        switch element.kind {
        case LIF.kind: return try lif(options, standard)
        case IntegrateAndFire.kind:
            let threshold = try Self.threshold(options)
            let dynamics = try Self.populationDynamics(options, standard)
            return units(element) { _ in IntegrateAndFire(threshold: threshold, dynamics: dynamics)
            }
        case ParametricLIF.kind: return try parametricLIF(element, standard)
        case SynapticLIF.kind: return try synapticLIF(element, standard)
        case AdaptiveLIF.kind: return try adaptiveLIF(element, standard)
        case RecurrentLIF.kind:
            let make = try Self.recurrentLIF(options, standard, gain: 1)
            return units(element) { make($0, $0.features, $0.channels) }
        case TernaryLIF.kind:
            let leak = try Self.leak(options, default: standard.leak),
                threshold = try Self.threshold(options)
            let resets = try options.choice("reset", of: ["soft", "hard"], default: "hard")
            let surrogate = try Self.surrogate(options, default: standard.surrogate)
            return units(element) { _ in
                TernaryLIF(
                    leak: leak, threshold: threshold, resetsToZero: resets == "hard",
                    surrogate: surrogate)
            }
        case GradedLIF.kind:
            let leak = try Self.leak(options, default: standard.leak),
                threshold = try Self.threshold(options)
            let surrogate = try Self.surrogate(options, default: standard.surrogate)
            return units(element) { _ in
                GradedLIF(leak: leak, threshold: threshold, surrogate: surrogate)
            }
        default: return Entry(kind: element.kind) { _ in [ReLU()] }
        }
    }

    /// Spiking neurons, for which a rectified linear unit stands in the artificial network.
    private static func units(
        _ element: ConfigurationElement, _ make: @escaping @Sendable (Site) -> any Layer
    ) -> Entry {
        Entry(kind: element.kind) { [$0.isSpiking ? make($0) : ReLU()] }
    }

    private static func lif(
        _ options: ConfigurationSection, _ standard: NeuronDefaults
    ) throws(ConfigurationError) -> Entry {
        let leak = try Self.leak(options, default: standard.leak),
            threshold = try Self.threshold(options)
        var dynamics = try Self.dynamics(options, standard)
        dynamics.leakTarget = try options.choice("leak-target", default: .zero)
        let given = dynamics
        let output: LIF.Output = try options.choice("output", default: .spikes)
        let learnsLeak = try options.boolean("learns-leak", default: false)
        let learnsThreshold = try options.boolean("learns-threshold", default: false)
        return Entry(kind: LIF.kind) {
            // A spiking readout stands for the scores themselves.
            guard $0.isSpiking else { return output == .membrane ? [] : [ReLU()] }
            return [
                LIF(
                    leak: leak, threshold: threshold, dynamics: given, output: output,
                    learnsLeak: learnsLeak, learnsThreshold: learnsThreshold, timeStep: $0.timeStep)
            ]
        }
    }

    private static func parametricLIF(
        _ element: ConfigurationElement, _ standard: NeuronDefaults
    ) throws(ConfigurationError) -> Entry {
        let options = element.options
        let leak = try Self.leak(options, default: standard.leak),
            threshold = try Self.threshold(options)
        let perChannel = try options.boolean("per-channel", default: false)
        let dynamics = try Self.populationDynamics(options, standard)
        return units(element) {
            ParametricLIF(
                leak: leak, channels: perChannel ? $0.channels : nil, threshold: threshold,
                dynamics: dynamics, timeStep: $0.timeStep)
        }
    }

    private static func synapticLIF(
        _ element: ConfigurationElement, _ standard: NeuronDefaults
    ) throws(ConfigurationError) -> Entry {
        let options = element.options
        let membrane = try Self.leak(options, default: standard.leak)
        let given = try Self.optionalLeak(options, "synaptic")
        let synapse: Leak =
            if let given { given } else {
                .timeConstant(try options.float("synaptic-time-constant", default: 5e-3))
            }
        let threshold = try Self.threshold(options)
        let dynamics = try Self.populationDynamics(options, standard)
        let learns = try options.boolean("learns-leak", default: false)
        return units(element) {
            SynapticLIF(
                membraneLeak: membrane, synapticLeak: synapse, threshold: threshold,
                dynamics: dynamics, learnsLeaks: learns, timeStep: $0.timeStep)
        }
    }

    private static func adaptiveLIF(
        _ element: ConfigurationElement, _ standard: NeuronDefaults
    ) throws(ConfigurationError) -> Entry {
        let options = element.options
        let leak = try Self.leak(options, default: standard.leak),
            threshold = try Self.threshold(options)
        let rise = try Self.adaptation(options, default: (time: 200e-3, strength: 0.2))
        let dynamics = try Self.populationDynamics(options, standard)
        let learns = try options.boolean("learns-leak", default: false)
        return units(element) {
            AdaptiveLIF(
                leak: leak, adaptationLeak: rise.leak, strength: rise.strength,
                threshold: threshold, dynamics: dynamics, learns: learns, timeStep: $0.timeStep)
        }
    }

    /// How a threshold rises with spikes and falls back.
    private static func adaptation(
        _ options: ConfigurationSection, default standard: (time: Double, strength: Double)
    ) throws(ConfigurationError) -> RecurrentLIF.Adaptation {
        let strength = Float(
            try options.float("adaptation-strength", default: standard.strength, in: 0...))
        if let leak = try Self.optionalLeak(options, "adaptation") {
            return .init(leak: leak, strength: strength)
        }
        let constant = try options.float("adaptation-time-constant", default: standard.time)
        return .init(leak: .timeConstant(constant), strength: strength)
    }

    /// Recurrent neurons, once site, number of features and number of channels are known.
    static func recurrentLIF(
        _ options: ConfigurationSection, _ standard: NeuronDefaults, gain: Double
    ) throws(ConfigurationError) -> @Sendable (Site, Int, Int) -> RecurrentLIF {
        let connection: RecurrentLIF.Connection = try options.choice(
            "connection", default: .allToAll)
        let membrane = try Self.leak(options, default: standard.leak),
            threshold = try Self.threshold(options)
        let synapse = try Self.optionalLeak(options, "synaptic")
        let rise = try Self.adaptation(options, default: (time: 200e-3, strength: 0))
        let gain = Float(try options.float("gain", default: gain, in: .positive))
        let learns = try options.boolean("learns-leak", default: false)
        let dynamics = try Self.populationDynamics(options, standard)
        return { site, features, channels in
            RecurrentLIF(
                connection == .allToAll ? features : channels, connection: connection,
                leak: membrane, synapticLeak: synapse,
                adaptation: rise.strength > 0 ? rise : nil, threshold: threshold,
                dynamics: dynamics, learnsLeak: learns, gain: gain, timeStep: site.timeStep)
        }
    }
}
