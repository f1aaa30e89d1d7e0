import RanvierLearning
import RanvierNetworks

extension ClockedModel {
    /// Synapses of the network in order, for rules that hand errors from layer to layer.
    ///
    /// - Throws: ``AlignmentError/layer(name:rule:reason:advice:)`` for layers whose errors go back through weights in a way of
    ///   their own.
    func synapses(for rule: String) throws(AlignmentError) -> [(name: String, weights: Parameter)] {
        var found: [(name: String, weights: Parameter)] = []
        for stage in network.stages {
            switch stage.layer {
            case let linear as Linear: found.append((stage.name, linear.weights))
            case let convolution as Convolution2D: found.append((stage.name, convolution.weights))
            case let convolution as Convolution1D: found.append((stage.name, convolution.weights))
            default:
                guard stage.layer.parameters.contains(where: \.parameter.isPrunable) else {
                    continue
                }
                throw .layer(
                    name: stage.name, rule: rule,
                    reason: "a layer '\(type(of: stage.layer).kind)' carries errors through the "
                        + "transposes of its own weights",
                    advice:
                        "take linear and convolution layers, or the rule e-prop for recurrent ones")
            }
        }
        return found
    }
}
