import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

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

    static let lif = Activation.spiking(leak: .factor(0.5), dynamics: LIFDynamics())

    /// Parameters, and that a step of training gives each of them a gradient.
    private func check(
        _ network: Network, _ input: Tensor, outputs: [Int], parameters: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let context = ForwardContext(timeStep: 1e-3, isTraining: true)
        #expect(network.outputShape == outputs, sourceLocation: sourceLocation)
        let count = network.trainableParameters.reduce(0) { $0 + $1.shape.elementCount }
        #expect(count == parameters, sourceLocation: sourceLocation)
        let labels = (0..<input.shape[1]).map { $0 % outputs[0] }
        let (loss, gradients) = network.valueAndGradients {
            network(input, in: context).mean(axes: [0]).crossEntropy(labels: labels)
        }
        #expect(loss.scalar.isFinite, sourceLocation: sourceLocation)
        #expect(gradients.contains { $0.scalars.contains { $0 != 0 } })
    }

    @Test func perceptron() throws {
        let network = try MultilayerPerceptron(
            inputShape: [4, 4, 1], hidden: [20, 10], outputs: 3, activation: Self.lif,
            readout: .integrator(.factor(0.9)), gain: 3
        ).network()
        check(
            network, LIFTests.random([5, 2, 4, 4, 1], "x"), outputs: [3],
            parameters: 17 * 20 + 21 * 10 + 11 * 3)
    }

    /// 12 · 26 + 64 · 301 + 10 · 1025 parameters.
    @Test func convolutionalNetworkForDigits() throws {
        let network = try ConvolutionalNetwork.digits(activation: Self.lif).network()
        let x = LIFTests.random([2, 28, 28, 1], "x", in: 0..<3).repeatedInTime(steps: 3)
        let (_, kernels) = KernelLog.recording { network(x) }
        #expect(kernels.contains("constantConvolution") && kernels.contains("spikeUnpack"))
        check(network, x, outputs: [10], parameters: 12 * 26 + 64 * 301 + 10 * 1025)
    }

    /// VGG-16 with normalisation and one linear layer for 10 classes has 14 728 266 parameters; here without
    /// the 4224 biases of convolutions, which normalisation makes needless.
    @Test func vggHasThePublishedSize() throws {
        func count(_ architecture: ConvolutionalNetwork) throws -> Int {
            try architecture.layers().flatMap { $0.parameters.map(\.parameter) }
                .filter(\.isTrainable).reduce(0) { $0 + $1.shape.elementCount }
        }
        #expect(try count(.vgg16()) == 14_728_266 - 4224)
        #expect(throws: NetworkError.self) {
            try ConvolutionalNetwork.vgg16(inputShape: [8, 8, 3]).network()
        }
        let small = ConvolutionalNetwork(
            inputShape: [8, 8, 2], units: [.convolution(channels: 4), .maxPool(2)], hidden: [12],
            outputs: 3, activation: .rectified, dropout: 0.2)
        check(
            try small.network(), LIFTests.random([1, 3, 8, 8, 2], "x"), outputs: [3],
            parameters: 2 * 9 * 4 + 8 + 65 * 12 + 13 * 3)
    }

    @Test(arguments: Residual.Combination.allCases)
    func spikeElementWiseNetworks(_ combination: Residual.Combination) throws {
        let architecture = SpikeElementWiseResNet(
            blocks: 1, channels: 4, inputShape: [8, 8, 2], classes: 3, combination: combination)
        let network = try architecture.network()
        var largest: Float = 0
        let context = ForwardContext(timeStep: 1e-3) { layer, observation in
            guard layer == "stage1.0", case .values(let sum) = observation else { return }
            largest = max(largest, sum.scalars.max() ?? 0)
        }
        let x = LIFTests.random([2, 8, 8, 2], "x", in: 0..<2).repeatedInTime(steps: 3)
        _ = network(x, in: context)
        #expect(largest <= (combination == .add ? 2 : 1))
        let stage1 = 2 * (9 * 4 * 4 + 8), stem = 9 * 2 * 4 + 8
        let stage2 = (9 * 4 * 8 + 16) + (9 * 8 * 8 + 16) + (4 * 8 + 16)
        let stage3 = (9 * 8 * 16 + 32) + (9 * 16 * 16 + 32) + (8 * 16 + 32)
        check(
            network, x, outputs: [3], parameters: stem + stage1 + stage2 + stage3 + 17 * 3)
    }

    /// 19 convolutions with their normalisation, two projections, one linear layer.
    @Test func postActivationNetworksHaveTheirSize() throws {
        let layers = PostActivationResNet().layers
        let trainable = layers.flatMap { $0.parameters.map(\.parameter) }.filter(\.isTrainable)
        func unit(_ inputs: Int, _ outputs: Int, _ area: Int = 9) -> Int {
            area * inputs * outputs + 2 * outputs
        }
        let count =
            unit(3, 16) + 6 * unit(16, 16) + unit(16, 32) + 5 * unit(32, 32) + unit(16, 32, 1)
            + unit(32, 64) + 5 * unit(64, 64) + unit(32, 64, 1) + 65 * 10
        #expect(trainable.reduce(0) { $0 + $1.shape.elementCount } == count)
    }

    @Test func postActivationNetworksHandOnSpikes() throws {
        let network = try PostActivationResNet(
            blocks: 1, channels: 4, inputShape: [8, 8, 2], classes: 3, activation: Self.lif
        ).network()
        var kinds: [String: StorageKind] = [:]
        let context = ForwardContext(timeStep: 1e-3) { layer, observation in
            if case .spikes(let spikes) = observation { kinds[layer] = spikes.storageKind }
        }
        let x = LIFTests.random([2, 8, 8, 2], "x", in: 0..<2).repeatedInTime(steps: 3)
        let (_, kernels) = KernelLog.recording { network(x, in: context) }
        // The stem, and two layers of neurons for each of the three blocks.
        #expect(kinds.count == 7 && kinds.values.allSatisfy { $0 == .spikes })
        #expect(kinds["stage1.0.lif2"] == .spikes)
        #expect(kernels.contains("constantConvolution"))
        let stage1 = 2 * (9 * 4 * 4 + 8), stem = 9 * 2 * 4 + 8
        let stage2 = (9 * 4 * 8 + 16) + (9 * 8 * 8 + 16) + (4 * 8 + 16)
        let stage3 = (9 * 8 * 16 + 32) + (9 * 16 * 16 + 32) + (8 * 16 + 32)
        check(network, x, outputs: [3], parameters: stem + stage1 + stage2 + stage3 + 17 * 3)
    }

    @Test func recurrentNetworkForEvents() throws {
        let network = try RecurrentNetwork(
            inputShape: [30], hidden: [16], outputs: 4, units: .recurrent(leak: .factor(0.9))
        ).network()
        let events = Tensor(
            spikes: LIFTests.random([8, 3, 30], "x").scalars.map { $0 > 0.6 ? 1 : 0 },
            shape: [8, 3, 30])
        check(network, events, outputs: [4], parameters: 31 * 16 + 16 * 16 + 17 * 4)
    }
}
