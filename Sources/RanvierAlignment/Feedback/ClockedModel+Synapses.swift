import RanvierLearning
import RanvierNetworks
import RanvierTensors

extension ClockedModel {
    /// Synapses of the network in order, those inside of composed layers included, for rules that hand errors from layer to layer.
    ///
    /// - Throws: ``AlignmentError/layer(name:rule:reason:advice:)`` for layers whose errors go back through weights in a way of
    ///   their own.
    func synapses(for rule: String) throws(AlignmentError) -> [(name: String, weights: Parameter)] {
        var found: [(name: String, weights: Parameter)] = []
        for stage in network.stages {
            try Self.collect(stage.layer, named: stage.name, for: rule, into: &found)
        }
        return found
    }

    private static func collect(
        _ layer: any Layer, named name: String, for rule: String,
        into found: inout [(name: String, weights: Parameter)]
    ) throws(AlignmentError) {
        switch layer {
        case let linear as Linear: found.append((name, linear.weights))
        case let convolution as Convolution2D: found.append((name, convolution.weights))
        case let convolution as Convolution1D: found.append((name, convolution.weights))
        default:
            guard layer.children.isEmpty else {
                for child in layer.children {
                    try collect(
                        child.layer, named: "\(name).\(child.name)", for: rule, into: &found)
                }
                return
            }
            guard layer.parameters.contains(where: \.parameter.isPrunable) else { return }
            throw .layer(
                name: name, rule: rule,
                reason: "a layer '\(type(of: layer).kind)' carries errors through the "
                    + "transposes of its own weights",
                advice: "take linear and convolution layers, or the rule e-prop for recurrent ones")
        }
    }

    /// Refuses layers made of layers, for rules that need each of the network's layers in turn.
    func requirePlainLayers(for rule: String) throws(AlignmentError) {
        for stage in network.stages where !stage.layer.children.isEmpty {
            guard stage.layer.parameters.contains(where: \.parameter.isPrunable) else { continue }
            throw .layer(
                name: stage.name, rule: rule,
                reason: "it is made of layers, and errors of the output go to whole layers",
                advice: "write its layers one after the other, or take the rule fa")
        }
    }
}

extension Parameter {
    /// Numbers as its first ones were drawn, from other random numbers; uniform by the inputs of a neuron where first ones were
    /// given.
    func redrawn(from stream: RandomStream) -> Tensor {
        switch initialization {
        case .uniform, .normal, .between: initialization.tensor(shape: shape, from: stream)
        case .constant, .values:
            Initialization.uniform(fanIn: shape.dropLast().reduce(1, *))
                .tensor(shape: shape, from: stream)
        }
    }
}
