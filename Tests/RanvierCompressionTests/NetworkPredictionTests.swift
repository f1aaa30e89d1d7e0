import RanvierCompression
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierSurrogate
import RanvierTensors
import Testing

/// Predictions for whole networks, against simulation and closed forms.
@Suite struct NetworkPredictionTests {
    /// Shares of steps and samples at which spikes of a layer differ after a change, a number for each neuron.
    static func measured(
        _ network: Network, _ x: Tensor, layer: String, changed: [String: Tensor]
    ) -> [Double] {
        func spikes() -> Tensor {
            var found: Tensor?
            let context = ForwardContext(timeStep: network.timeStep) { name, observation in
                if case .spikes(let spikes) = observation, name == layer { found = spikes }
            }
            _ = network(x, in: context)
            return (found ?? x).dense
        }
        let before = spikes()
        let parameters = network.prunableParameters.filter { changed[$0.name] != nil }
        let kept = parameters.map(\.value)
        for parameter in parameters { parameter.value = changed[parameter.name] ?? parameter.value }
        let difference = (spikes() - before).absoluteValue()
        for (parameter, value) in zip(parameters, kept) { parameter.value = value }
        let neurons = difference.shape[2]
        let sums = difference.sum(axes: [0]).sum(axes: [0]).scalars
        return (0..<neurons).map {
            Double(sums[$0]) / Double(difference.shape[0] * difference.shape[1])
        }
    }

    static func network(seed: UInt64 = 1) throws -> Network {
        try Network(inputShape: [40], seed: seed) {
            Linear(40, 16, hasBias: false, gain: 4)
            LIF(leak: .factor(0.8), dynamics: LIFDynamics(reset: .hard))
            Linear(16, 12, hasBias: false, gain: 3)
            LIF(leak: .factor(0.8), dynamics: LIFDynamics(reset: .hard))
        }
    }

    /// 16 neurons, 30 % of the smallest weights gone, Bernoulli inputs: signed estimates are near, the others far above.
    @Test func foldedAndBivariateAreWhatSimulationCounts() throws {
        let network = try Self.network()
        let x = NetworkCalibrationTests.spikes([5, 1500, 40], rate: 0.25)
        let calibration = try NetworkCalibration(of: network, on: [x])
        let all = try CompressionCandidate(rate: 0.3).weights(of: network)
        let changed = all.filter { $0.key == "linear1.weights" }
        let simulated =
            Self.measured(network, x, layer: "lif2", changed: changed)
            .reduce(0, +) * 5
        func predicted(_ estimate: ChangeEstimate) throws -> Double {
            let prediction = try NetworkPrediction(
                of: calibration, changed: changed, estimate: estimate)
            return prediction.layers[0].meanChange * 80
        }
        #expect(simulated > 0.5)
        #expect(abs(try predicted(.folded) / simulated - 1) < 0.2)
        #expect(abs(try predicted(.bivariate) / simulated - 1) < 0.2)
        #expect(try predicted(.linear) > 1.5 * simulated)
        #expect(try predicted(.expected) > 3 * simulated)
        #expect(try predicted(.worst) > predicted(.expected))
        let worst = try NetworkPrediction(of: calibration, changed: changed, estimate: .worst)
        #expect(worst.union == 0)
    }

    /// The layer behind has its own weights still, and changes by what reaches it.
    @Test func changesReachTheLayersBehind() throws {
        let network = try Self.network(seed: 3)
        let x = NetworkCalibrationTests.spikes([6, 1000, 40], rate: 0.3)
        let calibration = try NetworkCalibration(of: network, on: [x])
        let all = try CompressionCandidate(rate: 0.2).weights(of: network)
        let changed = all.filter { $0.key == "linear1.weights" }
        let simulated = Self.measured(network, x, layer: "lif4", changed: changed)
        let prediction = try NetworkPrediction(of: calibration, changed: changed)
        let ratio =
            prediction.layers[1].meanChange / (simulated.reduce(0, +) / Double(simulated.count))
        #expect(prediction.layers[1].meanChange > 0.01)
        #expect(ratio > 0.6 && ratio < 1.7, "\(ratio)")
        // Estimates as published look at weights alone.
        let plain = try NetworkPrediction(of: calibration, changed: changed, estimate: .linear)
        #expect(plain.layers[0].meanChange > 0 && plain.layers[1].meanChange == 0)
    }

    /// An input that is the same at each step shifts the same way at each step.
    @Test func constantInputsAddUp() throws {
        let network = try Network(inputShape: [30], seed: 2) {
            Linear(30, 16, hasBias: false, gain: 3)
            LIF(leak: .factor(0.9), dynamics: LIFDynamics(reset: .hard))
        }
        let values = Tensor(
            normalWithMean: 0.1, standardDeviation: 0.4, shape: [2000, 30],
            from: RandomStream(seed: 1, name: "v"))
        let x = values.repeatedInTime(steps: 4)
        let changed = try CompressionCandidate(bits: 3).weights(of: network)
        // Two steps: from a different spike on, the same input makes others differ, which no estimate follows.
        func simulated(steps: Int) -> Double {
            Self.measured(
                network, values.repeatedInTime(steps: steps), layer: "lif2", changed: changed
            ).reduce(0, +) / 16
        }
        let constant = try NetworkCalibration(of: network, on: [x])
        #expect(constant.synapses[0].isConstant)
        let predicted = try NetworkPrediction(of: constant, changed: changed).layers[0].change
            .map { $0.reduce(0, +) / 16 }
        let second = 2 * simulated(steps: 2) - simulated(steps: 1)
        #expect(abs(predicted[0] / simulated(steps: 1) - 1) < 0.25)
        #expect(abs(predicted[1] / second - 1) < 0.25)
        // The same numbers told as other ones at each step shift less.
        let apart = try NetworkCalibration(of: network, on: [x.dense])
        let less =
            try NetworkPrediction(of: apart, changed: changed).layers[0].change[1]
            .reduce(0, +) / 16
        #expect(!apart.synapses[0].isConstant && less < 0.85 * predicted[1])
    }

    /// One step, one weight: the closed forms of the estimates.
    @Test func oneStepIsAClosedForm() throws {
        let network = try Network(inputShape: [2]) {
            Linear(weights: Tensor([0.8, 0.6], shape: [2, 1]))
            LIF(leak: .factor(0.5), dynamics: LIFDynamics())
        }
        // Rates 0.5 and 0.25.
        let x = Tensor([1, 1, 1, 0, 0, 0, 0, 0], shape: [1, 4, 2]).packedAsSpikes
        let calibration = try NetworkCalibration(of: network, on: [x])
        let changed = ["linear1.weights": Tensor([0.8, 0.5], shape: [2, 1])]
        let membrane = GaussianMembrane(
            mean: calibration.neurons[0].membraneMean[0][0],
            variance: calibration.neurons[0].membraneVariance[0][0])
        let d = Double(Float(0.6)) - Double(Float(0.5))
        let folded = FiringChange.folded(
            membrane, threshold: 1, shiftMean: -0.25 * d, shiftVariance: 0.25 * 0.75 * d * d)
        let prediction = try NetworkPrediction(of: calibration, changed: changed)
        #expect(abs(prediction.meanChange - folded) < 1e-12)
        #expect(prediction.layers[0].union == 1 - prediction.meanChange)
        #expect(abs(prediction.layers[0].product - (1 - folded)) < 1e-12)
        let w = Double(Float(0.8)) * Double(Float(0.8)) + Double(Float(0.6)) * Double(Float(0.6))
        #expect(abs(prediction.weightError - d * d / w) < 1e-12)
        #expect(prediction.synapses.map(\.weightError) == [prediction.weightError])
        let shift = (0.25 * 0.25 * d * d + 0.25 * 0.75 * d * d).squareRoot()
        #expect(abs(prediction.synapses[0].currentShift - shift) < 1e-12)
        let linear = try NetworkPrediction(of: calibration, changed: changed, estimate: .linear)
        #expect(
            abs(linear.meanChange - FiringChange.linear(membrane, threshold: 1, error: 0.25 * d))
                < 1e-12)
    }

    /// Leaks, the gain of a normalisation and a filtered current carry a shift as the membrane does.
    @Test func shiftsFollowTheMembrane() throws {
        // A change of a weight whose input always fires has no variance: the shift is the difference of two membranes below
        // the threshold.
        let units: [any Layer] = [
            LIF(
                leak: .factor(0.7), threshold: 50, dynamics: LIFDynamics(inputScale: .oneMinusLeak)),
            SynapticLIF(
                membraneLeak: .factor(0.7), synapticLeak: .factor(0.6), threshold: 50),
            IntegrateAndFire(threshold: 50),
        ]
        for unit in units {
            let normalization = BatchNormalization(2)
            normalization.scale.value = Tensor([2, -3], shape: [2])
            let network = try Network(
                inputShape: [1], timeStep: 1e-3,
                layers: [Linear(1, 2, hasBias: false), normalization, unit])
            let x = Tensor.ones([4, 3, 1]).packedAsSpikes
            let weights = network.prunableParameters[0]
            weights.value = Tensor([0.5, -0.25], shape: [1, 2])
            normalization.scale.value = Tensor([2, -3], shape: [2])
            let before = try NetworkCalibration(of: network, on: [x])
            weights.value = Tensor([0.25, -0.5], shape: [1, 2])
            let after = try NetworkCalibration(of: network, on: [x])
            let prediction = try NetworkPrediction(
                of: before, changed: ["linear1.weights": weights.value], estimate: .worst)
            // An interval is sure of a change where the threshold lies within the error: of a membrane without variance.
            for t in 0..<4 {
                for unit in 0..<2 {
                    let moved = abs(
                        after.neurons[0].membraneMean[t][unit]
                            - before.neurons[0].membraneMean[t][unit])
                    #expect(moved > 0)
                    #expect(prediction.layers[0].change[t][unit] == 0)
                }
            }
            // With the threshold at the end of the shift it is reached, and not a little above.
            let u = before.neurons[0].membraneMean[3][0]
            let moved = after.neurons[0].membraneMean[3][0]
            for (share, expected) in [(0.99, 1.0), (1.01, 0.0)] {
                let threshold = u + share * abs(moved - u)
                let again = try Self.changed(unit, threshold: threshold, normalization, x)
                #expect(again.change[3][0] == expected, "\(unit)")
            }
        }
    }

    /// The worst-case prediction of the same layer with another threshold.
    private static func changed(
        _ unit: any Layer, threshold: Double, _ normalization: BatchNormalization, _ x: Tensor
    ) throws -> LayerPrediction {
        let threshold = Float(threshold)
        let other: any Layer =
            switch unit {
            case is SynapticLIF:
                SynapticLIF(
                    membraneLeak: .factor(0.7), synapticLeak: .factor(0.6), threshold: threshold)
            case is IntegrateAndFire: IntegrateAndFire(threshold: threshold)
            default:
                LIF(
                    leak: .factor(0.7), threshold: threshold,
                    dynamics: LIFDynamics(inputScale: .oneMinusLeak))
            }
        let fresh = BatchNormalization(2)
        let network = try Network(
            inputShape: [1], timeStep: 1e-3,
            layers: [Linear(1, 2, hasBias: false), fresh, other])
        fresh.scale.value = normalization.scale.value
        network.prunableParameters[0].value = Tensor([0.5, -0.25], shape: [1, 2])
        return try NetworkPrediction(
            of: NetworkCalibration(of: network, on: [x]),
            changed: ["linear1.weights": Tensor([0.25, -0.5], shape: [1, 2])], estimate: .worst
        ).layers[0]
    }

    // MARK: - Candidates

    @Test func candidatesAreWhatLayersWouldSee() throws {
        let network = try Self.network()
        let parameters = network.prunableParameters
        let changed = try CompressionCandidate(rate: 0.4, bits: 4).weights(of: network)
        let kept = parameters.map(\.value.scalars)
        try network.prune(Pruning(.global(rate: 0.4)))
        for parameter in parameters { parameter.views += [SymmetricQuantizer(bits: 4)] }
        for parameter in parameters {
            #expect(changed[parameter.name]?.scalars == parameter.seen.scalars)
        }
        for parameter in parameters { parameter.views = [] }
        // Looking at a candidate changes nothing.
        let fresh = try Self.network()
        _ = try CompressionCandidate(rate: 0.4, bits: 4).weights(of: fresh)
        #expect(fresh.prunableParameters.map(\.value.scalars) == kept)
        for candidate in [
            CompressionCandidate(rate: 1.5), CompressionCandidate(bits: 1),
            CompressionCandidate(bits: 17),
        ] {
            #expect(throws: CompressionError.self) { try candidate.weights(of: fresh) }
        }
        #expect(CompressionCandidate(rate: 0.5, bits: 4).description == "rate 0.5, 4 bits")
        #expect(CompressionCandidate(bits: 4).description == "4 bits")
        #expect(CompressionCandidate().description == "rate 0.0")
    }

    @Test func candidatesAreRankedByWhatTheyChange() throws {
        let network = try Self.network()
        let x = NetworkCalibrationTests.spikes([4, 60, 40], rate: 0.25)
        let calibration = try NetworkCalibration(of: network, on: [x])
        let search = CandidateSearch(rates: [0, 0.15, 0.3, 0.45], bits: [nil, 8, 5, 4])
        let ranked = try search.ranked(network, measured: calibration)
        #expect(ranked.count == 16 && Set(ranked.map(\.candidate)).count == 16)
        #expect(ranked[0].candidate == CompressionCandidate() && ranked[0].change == 0)
        #expect(ranked[0].prediction.weightError == 0)
        #expect(zip(ranked, ranked.dropFirst()).allSatisfy { $0.change <= $1.change })
        func change(_ rate: Double, _ bits: Int?) -> Double {
            ranked.first { $0.candidate == CompressionCandidate(rate: rate, bits: bits) }?.change
                ?? .nan
        }
        #expect(change(0.15, nil) < change(0.3, nil) && change(0.3, nil) < change(0.45, nil))
        #expect(change(0, 8) < change(0, 5) && change(0, 5) < change(0, 4))
        // The order is that of what changes.
        let measured = try ranked.map { one in
            let changed = try one.candidate.weights(of: network)
            return ["lif2", "lif4"].reduce(0) { sum, layer in
                sum + Self.measured(network, x, layer: layer, changed: changed).reduce(0, +)
            }
        }
        let order = try #require(
            RankCorrelation.spearman(ranked.map(\.change), measured))
        #expect(order > 0.9)
    }

    /// The test of the idea: on digits, what is predicted has the order of what accuracy is lost without training.
    @Test func predictedChangeOrdersLostAccuracy() throws {
        let digits = try Digits()
        let model = try ClockedModel(
            encoder: .direct(steps: 4, timeStep: 1e-3), inputShape: [64], seed: 1
        ) {
            Linear(64, 48, gain: 2)
            LIF(leak: .factor(0.8), dynamics: LIFDynamics())
            Linear(48, 32, gain: 2)
            LIF(leak: .factor(0.8), dynamics: LIFDynamics())
            Linear(32, 10)
            LeakyIntegrator(leak: .factor(0.9))
        }
        var method = SurrogateGradient(
            model, optimizer: Adam(learningRate: 4e-3), batchSizes: 64)
        _ = try Course(epochs: 3).run(&method, on: digits.train)
        let calibration = try NetworkCalibration(of: model, on: digits.train.prefix(128))
        let search = CandidateSearch(rates: [0, 0.3, 0.5, 0.7, 0.85], bits: [nil, 5, 4, 3])
        let ranked = try search.ranked(model.network, measured: calibration)
        func accuracy() throws -> Double {
            try model.evaluate(on: digits.test, counts: false, intervals: false).accuracy
        }
        let dense = try accuracy(), parameters = model.network.prunableParameters
        let kept = parameters.map(\.value)
        var losses: [Double] = []
        for one in ranked {
            let changed = try one.candidate.weights(of: model.network)
            for parameter in parameters {
                parameter.value = changed[parameter.name] ?? parameter.value
            }
            losses.append(dense - (try accuracy()))
            for (parameter, value) in zip(parameters, kept) { parameter.value = value }
        }
        #expect(dense > 0.8)
        let order = try #require(RankCorrelation.spearman(ranked.map(\.change), losses))
        let plain = RankCorrelation.spearman(ranked.map(\.prediction.weightError), losses)
        #expect(order > 0.8, "\(order), by the error of weights \(plain ?? .nan)")
        // Fitted on three, the limit keeps the best and spares some.
        let trained = [4, 9, 14].map {
            ChangeLimit.Trained(change: ranked[$0].change, loss: losses[$0])
        }
        let limit = try #require(ChangeLimit(fittedTo: trained, tolerating: 0.05))
        let skipped = limit.skipped(of: ranked.map(\.change))
        #expect(skipped > 0 && skipped < 1 && limit.allows(ranked[0].change))
    }

    @Test func limitsGoThroughWhatWasTrained() throws {
        typealias Trained = ChangeLimit.Trained
        let trained = [Trained(change: 0.1, loss: 0.02), Trained(change: 0.05, loss: 0.005)]
        func limit(_ loss: Double) -> Double {
            ChangeLimit(fittedTo: trained, tolerating: loss)?.change ?? .nan
        }
        #expect(abs(limit(0.0025) - 0.025) < 1e-12)
        #expect(abs(limit(0.01) - (0.05 + 0.05 / 3)) < 1e-12)
        #expect(abs(limit(0.035) - 0.15) < 1e-12)
        #expect(limit(0) == 0)
        // A later point that lost less does not lower what an earlier one lost.
        let uneven = trained + [Trained(change: 0.2, loss: 0.01)]
        let wide = try #require(ChangeLimit(fittedTo: uneven, tolerating: 0.02))
        #expect(wide.change >= 0.2)
        #expect(ChangeLimit(fittedTo: [Trained(change: 0.1, loss: 0)], tolerating: 0.01) == nil)
        let fixed = ChangeLimit(change: 0.3)
        #expect(fixed.allows(0.3) && !fixed.allows(0.31))
        #expect(fixed.skipped(of: [0.1, 0.2, 0.4, 0.5]) == 0.5)
        #expect(fixed.skipped(of: []) == 0)
    }

    @Test func ranksCorrelate() {
        #expect(RankCorrelation.spearman([1, 2, 3, 4], [10, 20, 40, 30]) == 0.8)
        #expect(RankCorrelation.spearman([1, 2, 3], [3, 2, 1]) == -1)
        #expect(RankCorrelation.spearman([1, 1, 2], [5, 5, 9]) == 1)
        #expect(RankCorrelation.spearman([1, 1], [1, 2]) == nil)
        #expect(RankCorrelation.spearman([1, 2], [1]) == nil)
    }
}
