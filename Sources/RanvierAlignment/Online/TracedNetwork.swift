import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// A clocked network of all-to-all synapses and neurons whose own past can be followed, recurrent ones among them.
struct TracedNetwork: Sendable {
    /// The lowest first; the last one is the read-out.
    let layers: [TracedLayer]

    /// The layers of a network.
    ///
    /// - Throws: ``AlignmentError/layer(name:rule:reason:advice:)`` for the first layer that cannot be followed.
    init(_ model: ClockedModel, rule: String) throws(AlignmentError) {
        let stages = model.network.stages
        var layers: [TracedLayer] = []
        var open: (name: String, linear: Linear)?
        for (index, stage) in stages.enumerated() {
            func refusal(_ reason: String, _ advice: String) -> AlignmentError {
                .layer(name: stage.name, rule: rule, reason: reason, advice: advice)
            }
            try Self.checkViews(of: stage, rule)
            if let linear = stage.layer as? Linear {
                guard open == nil else {
                    throw refusal(
                        "there are no neurons between it and '\(open?.name ?? "")'",
                        "put neurons between layers of synapses")
                }
                open = (stage.name, linear)
                continue
            }
            if stage.layer is Flatten, open == nil { continue }
            let neurons: TracedNeurons?
            do {
                neurons = try TracedNeurons.of(stage.layer)
            } catch {
                throw refusal(error.reason, error.advice)
            }
            guard let neurons else {
                throw refusal(
                    "traces cannot follow a layer '\(type(of: stage.layer).kind)'",
                    "take linear layers with lif, adaptive-lif or recurrent-lif neurons and a "
                        + "leaky-integrator at the end")
            }
            guard let synapses = open else {
                throw refusal(
                    "there are no synapses of its own before it", "put a linear layer before it")
            }
            if case .integrator = neurons, index + 1 < stages.count {
                throw refusal(
                    "integrators hand on values and no spikes", "take them for the read-out alone")
            }
            layers.append(
                TracedLayer(
                    name: synapses.name, linear: synapses.linear, neurons: neurons,
                    lastStage: index))
            open = nil
        }
        if let open {
            layers.append(
                TracedLayer(
                    name: open.name, linear: open.linear, neurons: .none,
                    lastStage: stages.count - 1))
        }
        guard !layers.isEmpty else {
            throw .layer(
                name: stages[0].name, rule: rule, reason: "the network has no synapses",
                advice: "add linear layers")
        }
        self.layers = layers
    }

    /// Changes are for the weights as they are stored; of views a mask alone leaves them so.
    static func checkViews(of stage: Network.Stage, _ rule: String) throws(AlignmentError) {
        for (_, parameter) in stage.layer.parameters
        where parameter.views.contains(where: { !($0 is Mask) }) {
            throw .layer(
                name: stage.name, rule: rule,
                reason: "'\(parameter.name)' is seen through more than a mask",
                advice: "quantise after learning")
        }
    }

    /// Factor by which what the read-out holds falls in a step; 0 where it holds nothing.
    func readoutFilter(timeStep: Double) -> Float {
        guard case .integrator = layers[layers.count - 1].neurons else { return 0 }
        return layers[layers.count - 1].neurons.past(timeStep: timeStep).leak
    }

    /// Names of the weights that errors go down through: all but the first layer's.
    var feedbackNames: [String] { layers.dropFirst().map(\.linear.weights.name) }
}
