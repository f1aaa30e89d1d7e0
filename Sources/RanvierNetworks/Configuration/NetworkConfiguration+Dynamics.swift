import RanvierConfiguration

/// What neurons are unless the configuration says otherwise.
struct NeuronDefaults: Sendable {
    /// How membranes decay.
    let leak: Leak
    /// `soft`, `soft-delayed` or `hard`.
    let reset: String
    /// Whether the reset is a constant of the backward pass.
    let detachesReset: Bool
    /// Kind of surrogate derivative.
    let surrogate: String

    /// Of single layers: 20 ms, soft detached reset, arctangent.
    static let layers = NeuronDefaults(
        leak: .timeConstant(20e-3), reset: "soft", detachesReset: true, surrogate: "arctangent")

    /// Of deep architectures: leak 0.5, hard reset that is not detached, dspike. Source: Li et al. 2023.
    static let deep = NeuronDefaults(
        leak: .factor(0.5), reset: "hard", detachesReset: false, surrogate: "dspike")
}

extension NetworkConfiguration {
    static func leak(
        _ options: ConfigurationSection, default standard: Leak = NeuronDefaults.layers.leak
    ) throws(ConfigurationError) -> Leak {
        if case .factor(let factor) = standard, !options.keys.contains("membrane-time-constant") {
            return .factor(try options.float("leak", default: factor, in: 0...1))
        }
        if let factor = try options.optionalFloat("leak", in: 0...1) { return .factor(factor) }
        let constant = try options.float("membrane-time-constant", default: 20e-3, in: .positive)
        return .timeConstant(constant)
    }

    /// A leak under a prefix, `synaptic-leak` or `synaptic-time-constant`; nil where neither is there.
    static func optionalLeak(
        _ options: ConfigurationSection, _ prefix: String
    ) throws(ConfigurationError) -> Leak? {
        if let factor = try options.optionalFloat("\(prefix)-leak", in: 0...1) {
            return .factor(factor)
        }
        return try options.optionalFloat("\(prefix)-time-constant", in: .positive)
            .map { .timeConstant($0) }
    }

    static func threshold(
        _ options: ConfigurationSection
    ) throws(ConfigurationError) -> Float {
        Float(try options.float("threshold", default: 1, in: .positive))
    }

    static func populationDynamics(
        _ options: ConfigurationSection, _ standard: NeuronDefaults
    ) throws(ConfigurationError) -> PopulationDynamics {
        let common = try Self.dynamics(options, standard)
        return PopulationDynamics(
            reset: common.reset, detachesReset: common.detachesReset,
            inputScale: common.inputScale, tie: common.tie, surrogate: common.surrogate,
            refractorySteps: try options.integer("refractory-steps", default: 0, in: 0...))
    }

    static func dynamics(
        _ options: ConfigurationSection, _ standard: NeuronDefaults
    ) throws(ConfigurationError) -> LIFDynamics {
        let word = try options.choice(
            "reset", of: ["soft", "soft-delayed", "hard"], default: standard.reset)
        let potential = try options.float("reset-potential", default: 0)
        let resets: [String: Reset] = [
            "soft-delayed": .softDelayed, "hard": .hard(to: Float(potential)),
        ]
        return LIFDynamics(
            reset: resets[word] ?? .soft,
            detachesReset: try options.boolean("detach-reset", default: standard.detachesReset),
            inputScale: try options.choice("input-scale", default: .unit),
            tie: try options.choice("tie", default: .fires),
            surrogate: try Self.surrogate(options, default: standard.surrogate))
    }

    static func surrogate(
        _ options: ConfigurationSection, default standard: String
    ) throws(ConfigurationError) -> Surrogate {
        let kinds = [
            "arctangent", "triangular", "rectangular", "dspike", "fast-sigmoid", "super-spike",
            "sigmoid", "gaussian", "multi-gaussian", "piecewise-exponential", "soft-sign",
            "straight-through",
        ]
        let element = try options.element("surrogate", kinds: kinds, default: standard)
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
