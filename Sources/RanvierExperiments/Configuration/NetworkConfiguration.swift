import RanvierNetworks

/// The layers of a network, before the shape of the data is known.
public struct NetworkConfiguration: Sendable {
    /// Makes a layer for features of the given shape.
    typealias Builder = @Sendable (_ input: [Int]) -> any Layer

    /// One layer in both kinds of network.
    struct Entry: Sendable {
        let spiking: Builder
        /// Nil where the artificial network has no such layer.
        let artificial: Builder?
    }

    let entries: [Entry]

    private static let kinds = [Linear.kind, LIF.kind, LeakyIntegrator.kind, ReLU.kind]

    init(_ root: ConfigurationSection) throws(ConfigurationError) {
        var entries: [Entry] = []
        for element in try root.elements("network", kinds: Self.kinds) {
            entries.append(try Self.entry(element))
        }
        self.entries = entries
    }

    /// Linear layers of the given sizes with rectified linear units between them.
    init(layerSizes: [Int]) {
        entries = layerSizes.enumerated().flatMap { index, outputs in
            let linear: Builder = { Linear(max($0.reduce(1, *), 1), outputs) }
            let rectified: Builder = { _ in ReLU() }
            let layer = Entry(spiking: linear, artificial: linear)
            let unit = Entry(spiking: rectified, artificial: rectified)
            return index < layerSizes.count - 1 ? [layer, unit] : [layer]
        }
    }

    /// Builds the network for samples of a shape.
    ///
    /// - Throws: `NetworkError` that names the layer that does not fit.
    public func network(
        for model: ExperimentConfiguration.Model, inputShape: [Int], timeStep: Double, seed: UInt64
    ) throws(NetworkError) -> Network {
        var layers: [any Layer] = []
        var shape = inputShape
        for entry in entries {
            guard let build = model == .snn ? entry.spiking : entry.artificial else { continue }
            let layer = build(shape)
            layers.append(layer)
            // A layer that does not fit is named by the network itself.
            guard let next = try? layer.outputShape(for: shape) else { break }
            shape = next
        }
        return try Network(inputShape: inputShape, timeStep: timeStep, seed: seed, layers: layers)
    }

    private static func entry(_ element: ConfigurationElement) throws(ConfigurationError) -> Entry {
        switch element.kind {
        case Linear.kind: return try linear(element.options)
        case LIF.kind: return try lif(element.options)
        case LeakyIntegrator.kind:
            let leak = try leak(element.options)
            let scale: InputScale = try element.options.choice("input-scale", default: .unit)
            // Without time there is nothing to integrate: the artificial readout is the linear layer.
            return Entry(
                spiking: { _ in LeakyIntegrator(leak: leak, inputScale: scale) }, artificial: nil)
        default:
            return Entry(spiking: { _ in ReLU() }, artificial: { _ in ReLU() })
        }
    }

    private static func linear(
        _ options: ConfigurationSection
    ) throws(ConfigurationError) -> Entry {
        let inputs = try options.optionalInteger("inputs", in: 1...)
        let outputs = try options.integer("outputs", in: 1...)
        let hasBias = try options.boolean("bias", default: true)
        let gain = Float(try options.float("gain", default: 1, in: .positive))
        let build: Builder = { shape in
            Linear(inputs ?? max(shape.reduce(1, *), 1), outputs, hasBias: hasBias, gain: gain)
        }
        return Entry(spiking: build, artificial: build)
    }

    private static func leak(_ options: ConfigurationSection) throws(ConfigurationError) -> Leak {
        if let factor = try options.optionalFloat("leak", in: 0...1) { return .factor(factor) }
        let constant = try options.float("membrane-time-constant", default: 20e-3, in: .positive)
        return Leak.timeConstant(constant)
    }

    private static func lif(_ options: ConfigurationSection) throws(ConfigurationError) -> Entry {
        let leak = try leak(options)
        let threshold = Float(try options.float("threshold", default: 1, in: .positive))
        let dynamics = try dynamics(options)
        let output: LIF.Output = try options.choice("output", default: .spikes)
        let learnsLeak = try options.boolean("learns-leak", default: false)
        let learnsThreshold = try options.boolean("learns-threshold", default: false)
        let rectified: Builder = { _ in ReLU() }
        return Entry(
            spiking: { _ in
                LIF(
                    leak: leak, threshold: threshold, dynamics: dynamics, output: output,
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
            leakTarget: try options.choice("leak-target", default: .zero),
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
