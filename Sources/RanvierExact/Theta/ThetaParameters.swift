import RanvierNetworks
import RanvierTensors

/// The numbers of a layered theta network as parameters: `theta1.weights` `[in, out]`, `theta1.phases` `[out]`, and so on.
final class ThetaParameters: ParameterHolder {
    /// Weights of each layer, which views may be put on.
    let weights: [Parameter]
    /// Initial phases of each layer.
    let phases: [Parameter]

    /// The name of a layer, from 0: `theta1`.
    static func layerName(_ layer: Int) -> String { "theta\(layer + 1)" }

    private init(weights: [Parameter], phases: [Parameter]) {
        self.weights = weights
        self.phases = phases
        for layer in weights.indices {
            weights[layer].name = "\(Self.layerName(layer)).weights"
            phases[layer].name = "\(Self.layerName(layer)).phases"
        }
    }

    /// The numbers of a network.
    convenience init(of network: FastThetaNetwork<Float>) {
        let layers = 0..<network.layerCount
        self.init(
            weights: layers.map { Parameter(value: network.weightMatrix($0)) },
            phases: layers.map {
                Parameter(
                    value: Self.phases(network, $0), decays: false, isPrunable: false)
            })
    }

    /// Weights and phases, layer by layer.
    var layerParameters: [Parameter] { zip(weights, phases).flatMap { [$0, $1] } }

    /// The same numbers and views, which change by themselves.
    func copy() -> ThetaParameters {
        func copied(_ parameter: Parameter) -> Parameter {
            let copy = Parameter(
                value: parameter.value, decays: parameter.decays, isPrunable: parameter.isPrunable)
            copy.views = parameter.views.map { view in
                guard let steps = view as? LearnedStepQuantizer else { return view }
                let own = LearnedStepQuantizer(
                    bits: steps.width, step: 1, rounding: steps.rounding)
                own.step.value = steps.step.value
                return own
            }
            return copy
        }
        return ThetaParameters(weights: weights.map(copied), phases: phases.map(copied))
    }

    /// Takes over the numbers of a network, which views bring to what they allow.
    func take(_ network: FastThetaNetwork<Float>) {
        for layer in weights.indices {
            weights[layer].value = network.weightMatrix(layer)
            phases[layer].value = Self.phases(network, layer)
        }
    }

    /// Writes the numbers into a network of the same sizes.
    ///
    /// - Parameter seen: whether weights are written as the views show them, or as they are stored.
    func write(to network: inout FastThetaNetwork<Float>, seen: Bool) {
        for layer in weights.indices {
            network.setWeightMatrix(
                seen ? weights[layer].seen : weights[layer].value, layer: layer)
            let start = network.phaseRange(layer).lowerBound
            for (i, phase) in phases[layer].value.scalars.enumerated() {
                network.parameters[start + i] = phase
            }
        }
    }

    private static func phases(_ network: FastThetaNetwork<Float>, _ layer: Int) -> Tensor {
        let count = network.sizes[layer + 1]
        return Tensor(
            network.phaseRange(layer).prefix(count).map { network.parameters[$0] },
            shape: [count])
    }
}
