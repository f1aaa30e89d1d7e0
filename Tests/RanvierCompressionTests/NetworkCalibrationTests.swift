import RanvierCompression
import RanvierNetworks
import RanvierTensors
import Testing

/// What is measured of a network, against naive loops.
@Suite struct NetworkCalibrationTests {
    /// Spikes of a rate for each feature.
    static func spikes(_ shape: [Int], rate: Float = 0.4, _ name: String = "s") -> Tensor {
        let numbers = RandomStream(seed: 5, name: name).uniform(count: shape.reduce(1, *))
        return Tensor(numbers.map { $0 < rate ? 1 : 0 }, shape: shape).packedAsSpikes
    }

    /// Mean and variance of some numbers.
    static func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
        let mean = values.reduce(0, +) / Double(values.count)
        return (
            mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        )
    }

    /// Membranes before the reset, `[T][element]`, of currents in the order of memory.
    static func membranes(
        _ current: Tensor, leak: Double, threshold: Double = 1, hard: Bool = false
    ) -> [[Double]] {
        let steps = current.shape[0], row = current.count / steps
        let values = current.scalars
        var v = [Double](repeating: 0, count: row), u: [[Double]] = []
        for t in 0..<steps {
            let now = (0..<row).map { leak * v[$0] + Double(values[t * row + $0]) }
            v = now.map { $0 >= threshold ? (hard ? 0 : $0 - threshold) : $0 }
            u.append(now)
        }
        return u
    }

    @Test func linearLayersAreMeasuredAsTheyFire() throws {
        let network = try Network(inputShape: [5], seed: 2) {
            Linear(5, 4, gain: 3)
            LIF(leak: .factor(0.8), threshold: 0.7, dynamics: LIFDynamics(reset: .hard))
            Linear(4, 3)
            LeakyIntegrator(leak: .factor(0.9))
        }
        let x = Self.spikes([6, 9, 5])
        let parts = [0..<4, 4..<9].map { x.dense.slice($0, along: 1).packedAsSpikes }
        let one = try NetworkCalibration(of: network, on: [x])
        let two = try NetworkCalibration(of: network, on: parts)
        #expect(one.samples == 9 && two.samples == 9)
        let u = Self.membranes(
            network.stages[0].layer(x, in: ForwardContext(timeStep: 1e-3)), leak: 0.8,
            threshold: 0.7, hard: true)
        for calibration in [one, two] {
            #expect(calibration.synapses.map(\.layer) == ["linear1", "linear3"])
            #expect(
                calibration.synapses.map(\.parameter) == ["linear1.weights", "linear3.weights"])
            let first = calibration.synapses[0], neurons = calibration.neurons[0]
            #expect(first.hearsSpikes && !first.isConstant && !first.isRecurrent)
            #expect(first.connections == 20)
            for input in 0..<5 {
                let own = (0..<54).map { Double(x.scalars[$0 * 5 + input]) }
                let (mean, variance) = Self.moments(own)
                #expect(abs(first.inputMean[input] - mean) < 1e-12)
                // The kernel's deviations from a block's mean are single-precision numbers.
                #expect(abs(first.inputVariance[input] - mean * (1 - mean)) < 1e-7)
                #expect(abs(first.inputVariance[input] - variance) < 1e-7)
                #expect(first.inputSize[input] == first.inputMean[input])
            }
            #expect(neurons.layer == "lif2" && neurons.units == 4 && neurons.places == 1)
            #expect(
                neurons.threshold == Double(Float(0.7)) && neurons.leaks == [Double(Float(0.8))])
            for unit in 0..<4 {
                var fired = 0
                for t in 0..<6 {
                    let own = (0..<9).map { u[t][$0 * 4 + unit] }
                    let (mean, variance) = Self.moments(own)
                    #expect(abs(neurons.membraneMean[t][unit] - mean) < 1e-5)
                    #expect(abs(neurons.membraneVariance[t][unit] - variance) < 1e-5)
                    fired += own.count { $0 >= 0.7 }
                }
                #expect(abs(neurons.rates[unit] - Double(fired) / 54) < 1e-9)
            }
            #expect(calibration.synapses[1].inputMean == neurons.rates)
            #expect(calibration.path(of: "linear1")?.neurons == "lif2")
            #expect(calibration.path(of: "linear3") == nil)
        }
        // Parts join without a trace.
        for (a, b) in zip(one.neurons[0].membraneVariance, two.neurons[0].membraneVariance) {
            #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-6 })
        }
    }

    @Test func convolutionsAreMeasuredByChannel() throws {
        let network = try Network(inputShape: [5, 4, 2], seed: 3) {
            Convolution2D(2, 3, size: 3, padding: 1)
            BatchNormalization(3)
            LIF(leak: .factor(0.5), dynamics: LIFDynamics())
            Flatten()
            Linear(60, 2)
        }
        guard let normalization = network.stages[1].layer as? BatchNormalization else { return }
        normalization.scale.value = Tensor([1.5, -2, 0.5], shape: [3])
        normalization.runningVariance.value = Tensor([0.3, 0.8, 2], shape: [3])
        let x = Self.spikes([4, 3, 5, 4, 2])
        let calibration = try NetworkCalibration(of: network, on: [x])
        let context = ForwardContext(timeStep: 1e-3)
        let u = Self.membranes(
            network.stages[1].layer(network.stages[0].layer(x, in: context), in: context),
            leak: 0.5)
        let neurons = try #require(calibration.neurons(named: "lif3"))
        #expect(neurons.units == 3 && neurons.places == 20 && neurons.steps == 4)
        for channel in 0..<3 {
            var all: [Double] = []
            for t in 0..<4 {
                let own = u[t].indices.filter { $0 % 3 == channel }.map { u[t][$0] }
                let (mean, variance) = Self.moments(own)
                #expect(abs(neurons.membraneMean[t][channel] - mean) < 1e-5)
                #expect(abs(neurons.membraneVariance[t][channel] - variance) < 1e-5)
                all += own
            }
            // What the criterion sees: over samples, places and steps.
            let layer = try calibration.layer(of: network.prunableParameters[0])
            let outputs = try #require(layer.outputs)
            let (mean, variance) = Self.moments(all)
            #expect(abs(outputs.membraneMean[channel] - mean) < 1e-5)
            #expect(abs(outputs.membraneVariance[channel] - variance) < 1e-5)
            let gain = abs([1.5, -2, 0.5][channel]) / ([0.3, 0.8, 2][channel] + 1e-5).squareRoot()
            #expect(abs((outputs.normalizationGain?[channel] ?? 0) - gain) < 1e-6)
            let rate = Double(all.count { $0 >= 1 }) / Double(all.count)
            #expect(abs(neurons.rates[channel] - rate) < 1e-9)
        }
        for input in 0..<2 {
            let own = (0..<240).map { Double(x.scalars[$0 * 2 + input]) }
            #expect(abs(calibration.synapses[0].inputMean[input] - Self.moments(own).mean) < 1e-12)
        }
        // 60 taps of each of two inputs would be there without a border.
        #expect(calibration.synapses[0].connections == 13 * 10 * 2 * 3)
        #expect(calibration.synapses[1].inputMean.count == 60)
    }

    @Test func recurrentLayersHearThemselves() throws {
        let network = try Network(inputShape: [4], seed: 7) {
            Linear(4, 3, gain: 3)
            RecurrentLIF(3, leak: .factor(0.7), gain: 2)
            Linear(3, 2)
        }
        let x = Self.spikes([5, 8, 4])
        let calibration = try NetworkCalibration(of: network, on: [x])
        #expect(
            calibration.synapses.map(\.parameter) == [
                "linear1.weights", "recurrent-lif2.weights", "linear3.weights",
            ])
        #expect(calibration.paths.filter { $0.neurons == "recurrent-lif2" }.count == 2)
        let heard = try #require(calibration.synapses(named: "recurrent-lif2"))
        #expect(heard.isRecurrent && heard.connections == 9)
        let spikes = network.stages[1].layer(
            network.stages[0].layer(x, in: ForwardContext(timeStep: 1e-3)),
            in: ForwardContext(timeStep: 1e-3)
        ).scalars
        for neuron in 0..<3 {
            // Of five steps the first hears nothing, and nothing hears the last.
            let sum = (0..<32).reduce(0.0) { $0 + Double(spikes[$1 * 3 + neuron]) }
            #expect(abs(heard.inputMean[neuron] - sum / 40) < 1e-12)
        }
    }

    @Test func everyPotentialAtTheThresholdIsASpike() throws {
        let layers: [any Layer] = [
            LIF(leak: .factor(0.8), dynamics: LIFDynamics()), IntegrateAndFire(),
            ParametricLIF(leak: .factor(0.6), channels: 3),
            SynapticLIF(membraneLeak: .factor(0.8), synapticLeak: .factor(0.5)),
            AdaptiveLIF(leak: .factor(0.9), adaptationLeak: .factor(0.8), strength: 0.7),
            RecurrentLIF(
                3, leak: .factor(0.9), adaptation: .init(leak: .factor(0.9), strength: 0.5)),
        ]
        let x = MaskTests.random([12, 5, 3], "x") + 0.4
        for layer in layers {
            let network = try Network(inputShape: [3], layers: [layer])
            var record: MembraneRecord?
            var context = ForwardContext(timeStep: 1e-3)
            context.inspector = { _, inspection in
                if case .membranes(let found) = inspection { record = found }
            }
            let plain = network(x)
            #expect(network(x, in: context).scalars == plain.scalars)
            let found = try #require(record, "\(layer)")
            #expect(found.spikes.scalars == plain.scalars)
            let fires = found.potentials.scalars.map {
                Double($0) >= found.threshold ? Float(1) : 0
            }
            #expect(fires == plain.scalars && fires.contains(1) && fires.contains(0))
            // In two parts that go on from a state as in one.
            var parts: [Tensor] = []
            context.inspector = { _, inspection in
                if case .membranes(let found) = inspection { parts.append(found.potentials) }
            }
            let first = network.run(x.slice(0..<7), in: context)
            _ = network.run(x.slice(7..<12), state: first.state, in: context)
            #expect(Tensor.concatenate(parts).scalars == found.potentials.scalars)
        }
    }

    static let nested: [(name: String, network: @Sendable () throws -> Network)] = [
        (
            "post-activation",
            {
                try PostActivationResNet(
                    blocks: 1, channels: 2, inputShape: [8, 8, 2], classes: 3
                ).network()
            }
        ),
        (
            "pre-activation",
            {
                try PreActivationResNet(
                    blocks: 2, channels: 2, inputShape: [8, 8, 2], classes: 3
                ).network()
            }
        ),
        (
            "spike-element-wise",
            {
                try SpikeElementWiseResNet(
                    blocks: 1, channels: 2, inputShape: [8, 8, 2], classes: 3
                ).network()
            }
        ),
        (
            "convolutional",
            {
                try ConvolutionalNetwork(
                    inputShape: [8, 8, 2],
                    units: [.convolution(channels: 3), .averagePool(2), .convolution(channels: 4)],
                    hidden: [5], outputs: 3
                ).network()
            }
        ),
    ]

    /// Layers inside of layers are found by name, each prunable weight once.
    @Test(arguments: nested.indices)
    func layersInsideOfLayersAreMeasured(index: Int) throws {
        let network = try Self.nested[index].network()
        let x = Tensor(
            normalWithMean: 0, standardDeviation: 1, shape: [2, 8, 8, 2],
            from: RandomStream(seed: 1, name: "x")
        ).repeatedInTime(steps: 3)
        let calibration = try NetworkCalibration(of: network, on: [x])
        let parameters = network.prunableParameters
        #expect(Set(calibration.synapses.map(\.parameter)) == Set(parameters.map(\.name)))
        #expect(calibration.synapses.count == parameters.count)
        let layers = try calibration.layers(of: network)
        // All but the read-out drive neurons.
        #expect(layers.dropLast().allSatisfy { $0.outputs != nil }, "\(Self.nested[index].name)")
        #expect(layers.last?.outputs == nil)
        #expect(calibration.synapses[0].isConstant && !calibration.synapses[0].hearsSpikes)
        // All of them can be predicted.
        let changed = try CompressionCandidate(rate: 0.5).weights(of: network)
        let prediction = try NetworkPrediction(of: calibration, changed: changed)
        #expect(prediction.layers.map(\.layer) == calibration.neurons.map(\.layer))
        #expect(prediction.meanChange > 0 && prediction.meanChange < 1)
    }

    @Test func wrappedLayersAreMeasured() throws {
        let x = Self.spikes([4, 6, 6])
        func calibration(_ layers: [any Layer]) throws -> NetworkCalibration {
            try NetworkCalibration(
                of: Network(inputShape: [6], timeStep: 1e-3, seed: 4, layers: layers), on: [x])
        }
        func inside() -> [any Layer] {
            [
                Linear(6, 5, gain: 3).named("a"),
                LIF(leak: .factor(0.8), dynamics: .init()).named("b"),
            ]
        }
        let flat = try calibration(inside())
        for (wrapped, prefix) in [
            (Sequential(inside()) as any Layer, "w."), (Recomputed(inside()), "w."),
            (FirstStep(Sequential(inside())), "w."),
        ] {
            let found = try calibration([wrapped.named("w"), Linear(5, 2)])
            #expect(found.synapses.map(\.layer) == [prefix + "a", "linear2"])
            #expect(found.neurons.map(\.layer) == [prefix + "b"])
            #expect(found.path(of: prefix + "a")?.neurons == prefix + "b")
            if !(wrapped is FirstStep) {
                #expect(flat.neurons[0].units == found.neurons[0].units)
                #expect(found.neurons[0].steps == 4)
            } else {
                #expect(found.neurons[0].steps == 1 && found.synapses[1].isConstant)
            }
        }
        let delayed = try calibration([
            DelayedLinear(6, 5, maximumDelay: 2e-3, timeStep: 1e-3, gain: 3).named("a"),
            LIF(leak: .factor(0.8), dynamics: .init()),
        ])
        #expect(delayed.synapses[0].inputMean == flat.synapses[0].inputMean)
        let grouped = try NetworkCalibration(
            of: Network(inputShape: [4, 4], timeStep: 1e-3) {
                Convolution1D(4, 6, size: 2, groups: 2)
                LIF(leak: .factor(0.8), dynamics: .init())
            }, on: [Self.spikes([3, 5, 4, 4])])
        #expect(grouped.synapses[0].groups == 2 && grouped.synapses[0].inputMean.count == 4)
    }

    @Test func whatCannotBeMeasuredIsRefusedByName() throws {
        let x = Self.spikes([3, 2, 4])
        let waiting = PopulationDynamics(refractorySteps: 2)
        for (layer, word) in [
            (TernaryLIF(leak: .factor(0.8)) as any Layer, "'odd'"),
            (GradedLIF(leak: .factor(0.8)), "'odd'"),
            (IntegrateAndFire(dynamics: waiting), "refractory"),
        ] {
            let network = try Network(inputShape: [4], layers: [Linear(4, 4), layer.named("odd")])
            let error = #expect(throws: CompressionError.self) {
                try NetworkCalibration(of: network, on: [x])
            }
            #expect(error?.description.contains(word) == true)
            #expect(error?.description.contains("'odd'") == true)
        }
        let network = try Network(inputShape: [4], layers: [Linear(4, 4)])
        #expect(throws: CompressionError.self) { try NetworkCalibration(of: network, on: []) }
        let calibration = try NetworkCalibration(of: network, on: [x])
        #expect(throws: CompressionError.self) {
            try NetworkPrediction(of: calibration, changed: ["other": .zeros([4, 4])])
        }
        #expect(throws: CompressionError.self) {
            try NetworkPrediction(of: calibration, changed: ["linear1.weights": .zeros([4, 3])])
        }
        let lif = try Network(
            inputShape: [4], layers: [LIF(leak: .factor(0.8), dynamics: LIFDynamics())])
        #expect(throws: CompressionError.self) {
            try NetworkCalibration(of: lif, on: [x, Self.spikes([4, 2, 4])])
        }
    }

    @Test func oneAndTwoThreadsMeasureTheSameBits() throws {
        let network = try Network(inputShape: [9, 9, 3], seed: 3) {
            Convolution2D(3, 8, size: 3, initialization: .heFanOut)
            LIF(leak: .factor(0.5), dynamics: LIFDynamics())
        }
        let x = Self.spikes([3, 40, 9, 9, 3])
        func run() throws -> [[Double]] {
            let calibration = try NetworkCalibration(of: network, on: [x, x])
            return calibration.neurons[0].membraneVariance + [calibration.synapses[0].inputMean]
        }
        let one = try Parallel.withThreads(1, run)
        #expect(try Parallel.withThreads(2, run) == one)
    }

    /// Neurons that never fire take nothing along.
    @Test func silentNeuronsGoWithoutAChange() throws {
        let network = try Network(inputShape: [6], seed: 9) {
            Linear(6, 8, hasBias: false, gain: 3)
            LIF(leak: .factor(0.8), dynamics: LIFDynamics())
            Linear(8, 3)
        }
        let weights = network.prunableParameters[0]
        // Three neurons that are held down, and an input that is silent.
        weights.value = Tensor(
            weights.value.scalars.enumerated().map { $0 % 8 < 3 ? -abs($1) : $1 }, shape: [6, 8])
        let x =
            (Self.spikes([7, 5, 6]).dense
            * Tensor([1, 1, 0, 1, 1, 1], shape: [6])).packedAsSpikes
        let before = network(x)
        let calibration = try NetworkCalibration(of: network, on: [x])
        #expect(SilentNeurons.indices(of: calibration.neurons[0].rates) == [0, 1, 2])
        let masks = try SilentNeurons.masks(of: network, measured: calibration)
        for (parameter, mask) in zip(network.prunableParameters, masks) {
            parameter.mask = Mask(mask)
        }
        #expect(masks[0].scalars.count { $0 == 0 } == 3 * 6 + 5)
        #expect(masks[1].scalars.count { $0 == 0 } == 9)
        #expect(network(x).scalars == before.scalars)
    }
}
