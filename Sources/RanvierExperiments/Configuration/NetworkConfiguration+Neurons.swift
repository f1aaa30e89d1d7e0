import RanvierNetworks

extension NetworkConfiguration {
    /// Neurons; in the artificial network a rectified linear unit stands for each.
    static let neuronKinds = [LIF.kind, SynapticLIF.kind, RecurrentLIF.kind, ReLU.kind]

    static func neurons(_ element: ConfigurationElement) throws(ConfigurationError) -> Entry {
        let options = element.options
        let rectified: Builder = { _ in ReLU() }
        switch element.kind {
        case LIF.kind: return try lif(options)
        case SynapticLIF.kind:
            let membrane = try leak(options), synapse = try synapticLeak(options)
            let threshold = Float(try options.float("threshold", default: 1, in: .positive))
            let population = try populationDynamics(options)
            return Entry(
                spiking: { _ in
                    SynapticLIF(
                        membraneLeak: membrane, synapticLeak: synapse, threshold: threshold,
                        dynamics: population)
                }, artificial: rectified)
        case RecurrentLIF.kind:
            let membrane = try leak(options)
            let threshold = Float(try options.float("threshold", default: 1, in: .positive))
            let gain = Float(try options.float("gain", default: 1, in: .positive))
            let population = try populationDynamics(options)
            return Entry(
                spiking: {
                    RecurrentLIF(
                        max($0.reduce(1, *), 1), leak: membrane, threshold: threshold,
                        dynamics: population, gain: gain)
                }, artificial: rectified)
        default: return Entry(rectified)
        }
    }

    private static func populationDynamics(
        _ options: ConfigurationSection
    ) throws(ConfigurationError) -> PopulationDynamics {
        let common = try dynamics(options)
        return PopulationDynamics(
            reset: common.reset, detachesReset: common.detachesReset,
            inputScale: common.inputScale, tie: common.tie, surrogate: common.surrogate,
            refractorySteps: try options.integer("refractory-steps", default: 0, in: 0...))
    }

    private static func synapticLeak(
        _ options: ConfigurationSection
    ) throws(ConfigurationError) -> Leak {
        if let factor = try options.optionalFloat("synaptic-leak", in: 0...1) {
            return .factor(factor)
        }
        let constant = try options.float("synaptic-time-constant", default: 5e-3, in: .positive)
        return Leak.timeConstant(constant)
    }

    static func leak(_ options: ConfigurationSection) throws(ConfigurationError) -> Leak {
        if let factor = try options.optionalFloat("leak", in: 0...1) { return .factor(factor) }
        let constant = try options.float("membrane-time-constant", default: 20e-3, in: .positive)
        return Leak.timeConstant(constant)
    }

    private static func lif(_ options: ConfigurationSection) throws(ConfigurationError) -> Entry {
        let leak = try leak(options)
        let threshold = Float(try options.float("threshold", default: 1, in: .positive))
        var dynamics = try dynamics(options)
        dynamics.leakTarget = try options.choice("leak-target", default: .zero)
        let given = dynamics
        let output: LIF.Output = try options.choice("output", default: .spikes)
        let learnsLeak = try options.boolean("learns-leak", default: false)
        let learnsThreshold = try options.boolean("learns-threshold", default: false)
        let rectified: Builder = { _ in ReLU() }
        return Entry(
            spiking: { _ in
                LIF(
                    leak: leak, threshold: threshold, dynamics: given, output: output,
                    learnsLeak: learnsLeak, learnsThreshold: learnsThreshold)
            },
            // A spiking readout stands for the scores themselves.
            artificial: output == .membrane ? nil : rectified)
    }

    private static func dynamics(
        _ options: ConfigurationSection
    ) throws(ConfigurationError) -> LIFDynamics {
        let word = try options.choice(
            "reset", of: ["soft", "soft-delayed", "hard"], default: "soft")
        let potential = try options.float("reset-potential", default: 0)
        let resets: [String: Reset] = [
            "soft-delayed": .softDelayed, "hard": .hard(to: Float(potential)),
        ]
        return LIFDynamics(
            reset: resets[word] ?? .soft,
            detachesReset: try options.boolean("detach-reset", default: true),
            inputScale: try options.choice("input-scale", default: .unit),
            tie: try options.choice("tie", default: .fires), surrogate: try surrogate(options))
    }

    private static func surrogate(
        _ options: ConfigurationSection
    ) throws(ConfigurationError) -> Surrogate {
        let kinds = [
            "arctangent", "triangular", "rectangular", "dspike", "fast-sigmoid", "super-spike",
            "sigmoid", "gaussian", "multi-gaussian", "piecewise-exponential", "soft-sign",
            "straight-through",
        ]
        let element = try options.element("surrogate", kinds: kinds, default: "arctangent")
        let own = element.options
        func value(_ key: String, _ standard: Double) throws(ConfigurationError) -> Float {
            Float(try own.float(key, default: standard, in: .positive))
        }
        switch element.kind {
        case "triangular": return .triangular(width: try value("width", 1))
        case "rectangular": return .rectangular(width: try value("width", 1))
        case "dspike":
            return .dspike(steepness: try value("steepness", 3), region: try value("region", 3))
        case "fast-sigmoid": return .fastSigmoid(slope: try value("slope", 25))
        case "super-spike": return .superSpike(alpha: try value("alpha", 1))
        case "sigmoid": return .sigmoid(alpha: try value("alpha", 4))
        case "gaussian":
            return .gaussian(standardDeviation: try value("standard-deviation", 0.5))
        case "multi-gaussian":
            return .multiGaussian(
                standardDeviation: try value("standard-deviation", 0.5),
                height: try value("height", 0.15), scale: try value("scale", 6))
        case "piecewise-exponential": return .piecewiseExponential(alpha: try value("alpha", 1))
        case "soft-sign": return .softSign(alpha: try value("alpha", 2))
        case "straight-through": return .straightThrough
        default: return .arctangent(alpha: try value("alpha", 2))
        }
    }
}
