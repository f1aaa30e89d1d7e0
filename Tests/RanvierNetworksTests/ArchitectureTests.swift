import RanvierTensors
import Testing

@testable import RanvierNetworks

@Suite struct ArchitectureTests {
    @Test(arguments: [
        (20, 1, 272_474), (38, 1, 564_122), (56, 1, 855_770), (110, 1, 1_730_714),
        (164, 1, 2_605_658), (20, 2, 1_084_586), (20, 4, 4_327_754), (20, 8, 17_289_866),
    ])
    func residualNetworksHaveThePublishedSizes(depth: Int, width: Int, count: Int) throws {
        for activation in [Activation.deepSpiking, .rectified] {
            let layers = PreActivationResNet(depth: depth, width: width, activation: activation)
                .layers
            let trainable = layers.flatMap { $0.parameters.map(\.parameter) }
                .filter(\.isTrainable)
            #expect(trainable.reduce(0) { $0 + $1.shape.elementCount } == count)
        }
    }

    @Test(arguments: [(true, 73), (false, 67)])
    func residualNetworksShowTheirFeatureMaps(isResidual: Bool, count: Int) throws {
        let network = try PreActivationResNet(
            blocks: 3, channels: 2, inputShape: [8, 8, 3], classes: 4, isResidual: isResidual
        ).network()
        var names: [String] = []
        let context = ForwardContext(timeStep: 1e-3) { layer, observation in
            if case .operations = observation { return }
            names.append(layer)
        }
        _ = network(Tensor.ones([1, 8, 8, 3]).repeatedInTime(steps: 2), in: context)
        #expect(names.count == count)
        #expect(Set(names).count == count)
        #expect(names.first == "conv1" && names.last == "avgpool")
        #expect(names.contains("stage2.0.downPool") == isResidual)
    }
}
