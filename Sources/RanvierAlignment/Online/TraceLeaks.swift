import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// Leaks of the neurons behind all synapses of a network.
struct TraceLeaks {
    /// λ by the names of weights.
    private(set) var leaks: [String: Float] = [:]
    /// Parameters that learn by the traces: weights and biases.
    private var taught: Set<String> = []
    private let rule: String
    private let timeStep: Double

    /// Finds the neurons behind each layer of synapses.
    ///
    /// - Throws: ``AlignmentError/layer(name:rule:reason:advice:)`` for the layer that cannot be taught.
    init(_ model: ClockedModel, rule: String) throws(AlignmentError) {
        self.rule = rule
        timeStep = model.network.timeStep
        _ = try visit(model.network.stages.map { ($0.name, $0.layer) }, prefix: "", behind: 0)
        for stage in model.network.stages { try TracedNetwork.checkViews(of: stage, rule) }
        for parameter in model.network.trainableParameters where !taught.contains(parameter.name) {
            throw .layer(
                name: parameter.name.split(separator: ".").dropLast().joined(separator: "."),
                rule: rule, reason: "there is no trace for its '\(parameter.name)'",
                advice: "take learns-leak: false and learns-threshold: false, and no normalisation "
                    + "that learns")
        }
    }

    /// Goes through layers from the last to the first.
    ///
    /// - Parameter leak: of the neurons behind the last.
    /// - Returns: that of the first neurons on the way from the front.
    private mutating func visit(
        _ layers: [(name: String, layer: any Layer)], prefix: String, behind leak: Float
    ) throws(AlignmentError) -> Float {
        var leak = leak
        for (name, layer) in layers.reversed() {
            let full = prefix + name
            if let own = try Self.leak(of: layer, full, rule, timeStep) {
                leak = own
                continue
            }
            if let (weights, bias) = Self.synapses(of: layer) {
                leaks[weights.name] = leak
                taught.insert(weights.name)
                if let bias { taught.insert(bias.name) }
                continue
            }
            if let residual = layer as? Residual {
                let (body, shortcut) = Self.branches(of: residual)
                let first = try visit(body, prefix: full + ".body.", behind: leak)
                let second = try visit(shortcut, prefix: full + ".shortcut.", behind: leak)
                guard first == second || shortcut.isEmpty || body.isEmpty else {
                    throw .layer(
                        name: full, rule: rule,
                        reason: "its branches begin with neurons of other leaks",
                        advice: "give them the same leak")
                }
                leak = body.isEmpty ? second : first
                continue
            }
            if let sequential = layer as? Sequential {
                leak = try visit(sequential.children, prefix: full + ".", behind: leak)
                continue
            }
            guard layer.canBeLocalInTime, layer.children.isEmpty, !layer.remembers else {
                throw .layer(
                    name: full, rule: rule,
                    reason: "there is no trace for a layer '\(type(of: layer).kind)', or errors "
                        + "reach other steps through it",
                    advice: layer is BatchNormalization
                        ? "leave batch normalisation out, or fold it"
                        : "take linear and convolution layers, pooling and leaky neurons")
            }
        }
        return leak
    }

    private static func branches(
        of residual: Residual
    ) -> (body: [(name: String, layer: any Layer)], shortcut: [(name: String, layer: any Layer)]) {
        func branch(_ name: String) -> [(name: String, layer: any Layer)] {
            residual.children.compactMap {
                $0.name.hasPrefix(name + ".")
                    ? (String($0.name.dropFirst(name.count + 1)), $0.layer) : nil
            }
        }
        return (branch("body"), branch("shortcut"))
    }

    private static func synapses(of layer: any Layer) -> (weights: Parameter, bias: Parameter?)? {
        switch layer {
        case let layer as Linear: (layer.weights, layer.bias)
        case let layer as Convolution2D: (layer.weights, layer.bias)
        case let layer as Convolution1D: (layer.weights, layer.bias)
        default: nil
        }
    }

    /// λ of neurons; nil for other layers.
    private static func leak(
        of layer: any Layer, _ name: String, _ rule: String, _ timeStep: Double
    ) throws(AlignmentError) -> Float? {
        func refusal(_ reason: String, _ advice: String) -> AlignmentError {
            .layer(name: name, rule: rule, reason: reason, advice: advice)
        }
        switch layer {
        case let layer as LIF: return Float(layer.leak.factor(timeStep: timeStep))
        case let layer as GradedLIF: return Float(layer.options.leak.factor(timeStep: timeStep))
        case let layer as TernaryLIF: return Float(layer.options.leak.factor(timeStep: timeStep))
        case let layer as LeakyIntegrator: return Float(layer.leak.factor(timeStep: timeStep))
        case let layer as any PopulationLayer:
            let numbers = layer.populationParameters(timeStep: timeStep)
            guard numbers.synapticLeak == nil else {
                throw refusal("its currents have a memory of their own", "take lif")
            }
            guard numbers.adaptation == nil else {
                throw refusal("its thresholds have a memory of their own", "take lif, or e-prop")
            }
            guard numbers.coupling == nil, numbers.recurrence == nil else {
                throw refusal(
                    "recurrent neurons are taught in chains of linear layers alone",
                    "leave convolutions out")
            }
            guard numbers.leak.count == 1 else {
                throw refusal("each channel has a leak of its own", "take one leak for the layer")
            }
            return numbers.leak.scalars[0]
        case is any SpikingUnits:
            throw refusal(
                "the leak of neurons '\(type(of: layer).kind)' is not known",
                "take lif, integrate-and-fire, graded-lif or ternary-lif")
        default: return nil
        }
    }
}
