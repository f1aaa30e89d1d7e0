import Foundation
import Ranvier
import RanvierTestSupport
import Testing

/// Masks and quantisers on the weights of exact-gradient networks.
@Suite struct ExactViewTests {
    private static func network(_ sizes: [Int] = [64, 12, 10]) throws -> FastThetaNetwork<Float> {
        var network = try FastThetaNetwork<Float>(
            sizes: sizes, trial: 4,
            code: LatencyCode(linearBins: 16, times: 0...1.5, silentBelow: 0.1))
        network.randomize(seed: 3, scale: 2, shift: 1)
        return network
    }

    private static func model(_ data: Dataset) throws -> ThetaModel {
        ThetaModel(
            network: try network(), firstWeights: (2, 1),
            signature: ModelSignature(of: data, task: Classification(classNames: data.classNames)))
    }

    private static let schedule: ThetaSchedule = {
        var schedule = ThetaSchedule()
        (schedule.batchSize, schedule.learningRate) = (20, 0.02)
        return schedule
    }()

    /// Every view that is taken, made for some weights.
    private static let views: [(name: String, make: @Sendable (Tensor) -> any ParameterView)] = [
        ("tensor", { _ in SymmetricQuantizer(bits: 4) }),
        ("output", { _ in SymmetricQuantizer(bits: 3, isPerOutput: true) }),
        ("power", { _ in SymmetricQuantizer(bits: 5, hasPowerOfTwoScale: true) }),
        ("learned", { LearnedStepQuantizer(bits: 4, fittedTo: $0) }),
        ("binary", { _ in BinaryQuantizer() }), ("ternary", { _ in TernaryQuantizer() }),
    ]

    // MARK: - Layered theta networks

    /// One function prunes clocked and exact networks; what is gone stays exactly zero while pseudospikes teach the rest.
    @Test func prunedWeightsStayZero() throws {
        let data = try Digits().train.prefix(60)
        var method = try ExactGradient(Self.model(data), schedule: Self.schedule)
        let first = try Course(epochs: 1).run(&method, on: data)
        // The means of the optimiser hold gradients of all weights by now.
        let outcome = try method.thetaModel.prune(Pruning(.global(rate: 0.8)))
        #expect(abs(method.thetaModel.density - 0.2) < 0.001 && outcome.removed > 500)
        let before = method.thetaModel.storedTensors
        try Course(epochs: 3).run(&method, on: data, from: first)
        let model = method.thetaModel
        var moved = 0
        for parameter in model.prunableParameters {
            let alive = try #require(parameter.mask).alive.scalars
            let old = try #require(before[parameter.name]).scalars
            for (place, value) in parameter.value.scalars.enumerated() {
                if alive[place] == 0 { #expect(value == 0) }
                if alive[place] != 0 && value != old[place] { moved += 1 }
            }
        }
        #expect(moved > 100)
        for layer in 0..<2 {
            let seen = model.network.weights(layer).flatMap { $0 }
            let alive = model.layerParameters[2 * layer].mask?.count
            #expect(seen.count { $0 != 0 } == alive)
        }
        let storage = model.storage
        #expect(storage.map(\.name) == model.layerParameters.map(\.name))
        #expect(storage[0].mask?.count { $0 } == model.layerParameters[0].mask?.count)
        #expect(storage[1].mask == nil && storage[1].bits == 32)
    }

    /// A spike costs as many operations as there are weights behind it.
    @Test func operationsSeeTheMask() throws {
        let data = try Digits().test.prefix(30), model = try Self.model(data)
        let dense = try model.evaluate(on: data)
        func synaptic(_ evaluation: Evaluation) -> [Int] {
            evaluation.layerOperations.map(\.operations.synaptic)
        }
        let spikes = Int((dense.activity[0].spikesPerSample * 30).rounded())
        #expect(spikes > 0 && synaptic(dense)[1] == spikes * 10)
        // Half of the outputs hear nothing any more; the first layer stays as it is.
        let alive = (0..<120).map { Float($0 % 10 < 5 ? 1 : 0) }
        model.layerParameters[2].mask = Mask(Tensor(alive, shape: [12, 10]))
        let sparse = try model.evaluate(on: data)
        #expect(sparse.activity[0] == dense.activity[0])
        #expect(synaptic(sparse) == [synaptic(dense)[0], spikes * 5])
    }

    /// The network spikes with what is seen, and the gradient is that of a network of the seen weights, handed back by the
    /// view's own rule.
    @Test func aStepFollowsTheGradientOfWhatIsSeen() throws {
        let data = try Digits().train.prefix(20), model = try Self.model(data)
        let weights = model.layerParameters[0]
        var alive = [Float](repeating: 1, count: weights.value.count)
        for place in stride(from: 0, to: alive.count, by: 3) { alive[place] = 0 }
        weights.mask = Mask(Tensor(alive, shape: weights.shape))
        weights.views.append(SymmetricQuantizer(bits: 3))
        let batch = try model.batch(values: data.values, labels: data.labels, count: data.count)
        let gradient = try model.network.valueAndGradient(of: batch).gradient
        let old = weights.value.scalars, oldLast = model.layerParameters[2].value.scalars
        var method = try ExactGradient(
            model,
            schedule: {
                var schedule = Self.schedule
                schedule.flipProbability = 0
                return schedule
            }())
        try Course(epochs: 1).run(&method, on: data)
        // The first step of AdaBelief goes against the sign of the gradient; its size is the rate's, whatever the gradient.
        func check(_ now: [Float], _ old: [Float], _ by: [[Double]], _ alive: [Float]?) {
            var seen = 0
            for place in now.indices {
                let g = by[place % by.count][place / by.count]
                let change = Double(now[place] - old[place])
                if alive?[place] == 0 {
                    #expect(now[place] == 0)
                } else if abs(g) > 1e-7 {
                    #expect(change * g < 0)
                    seen += 1
                }
            }
            #expect(seen > 30)
        }
        check(method.thetaModel.layerParameters[0].value.scalars, old, gradient.weights[0], alive)
        check(
            method.thetaModel.layerParameters[2].value.scalars, oldLast, gradient.weights[1], nil)
    }

    /// Training in one go, and stopped, stored, opened and resumed, for every view.
    @Test(arguments: 0..<6) func viewedTrainingResumesExactly(_ index: Int) throws {
        let data = try Digits().train.prefix(40), folder = try TemporaryFolder()
        func start() throws -> ThetaModel {
            let model = try Self.model(data)
            try model.prune(Pruning(.layerWise(rate: 0.5)))
            for weights in model.prunableParameters {
                weights.views.append(Self.views[index].make(weights.value))
            }
            return model
        }
        var whole = try ExactGradient(start(), schedule: Self.schedule)
        try Course(epochs: 2).run(&whole, on: data)

        var half = try ExactGradient(start(), schedule: Self.schedule)
        let state = try Course(epochs: 1).run(&half, on: data)
        try half.model.save(to: folder.url, method: ExactGradient.name)
        let opened = try #require(try Model.load(folder.url) as? ThetaModel)
        #expect(
            opened.storedTensors.mapValues(\.scalars)
                == half.thetaModel.storedTensors.mapValues(\.scalars))
        #expect(opened.networkDescription == half.thetaModel.networkDescription)
        #expect(opened.storage == half.thetaModel.storage)
        let bits = opened.layerParameters[0].views.compactMap(\.bits).last
        #expect(opened.storage[0].bits == bits && bits != nil)
        var rest = try ExactGradient(opened, schedule: Self.schedule)
        try Course(epochs: 2).run(&rest, on: data, from: state)
        #expect(
            rest.thetaModel.storedTensors.mapValues(\.scalars)
                == whole.thetaModel.storedTensors.mapValues(\.scalars))
        let plain = try start().storedTensors
        #expect(
            whole.thetaModel.storedTensors["theta2.weights"]?.scalars
                != plain["theta2.weights"]?.scalars)
        // Pruned connections are zero as seen, too, and the answers are those of the seen weights.
        for parameter in rest.thetaModel.prunableParameters {
            let alive = try #require(parameter.mask).alive.scalars
            #expect(zip(parameter.seen.scalars, alive).allSatisfy { $1 != 0 || $0 == 0 })
        }
        let frozen = ThetaModel(
            network: rest.thetaModel.network, signature: rest.thetaModel.signature)
        #expect(try frozen.evaluate(on: data).answers == rest.model.evaluate(on: data).answers)
    }

    /// A step that learns moves, and its optimiser's state must fit.
    @Test func learnedStepsLearn() throws {
        let data = try Digits().train.prefix(40), model = try Self.model(data)
        let weights = model.layerParameters[0]
        let view = LearnedStepQuantizer(bits: 3, fittedTo: weights.value)
        weights.views = [view]
        let first = view.step.value.scalars[0]
        var method = try ExactGradient(model, schedule: Self.schedule)
        let state = try Course(epochs: 1).run(&method, on: data)
        let name = "theta1.weights.learned-step.step"
        #expect(method.model.parameters[name]?.scalars != [first])
        // The copy that was handed in has not learned.
        #expect(view.step.value.scalars == [first])
        for change: (inout TrainingState) -> Void in [
            { $0.optimizerState["views/mean/\(name)"] = nil },
            { $0.optimizerState["views/mean/\(name)"] = .zeros([2]) },
            { $0.optimizerState["views/variance/\(name)"] = Tensor([-1], shape: [1]) },
            { $0.optimizerState["views/mean/other"] = .zeros([1]) },
        ] {
            var broken = state
            change(&broken)
            #expect(throws: ExactError.self) {
                try Course(epochs: 2).restore(broken, into: &method)
            }
        }
    }

    @Test func copiesAreValues() throws {
        let data = try Digits().train.prefix(20), model = try Self.model(data)
        let before = model.storedTensors.mapValues(\.scalars)
        var method = try ExactGradient(model, schedule: Self.schedule)
        try Course(epochs: 1).run(&method, on: data)
        #expect(model.storedTensors.mapValues(\.scalars) == before)
        var other = model
        try other.restore(method.thetaModel.parameters)
        #expect(model.storedTensors.mapValues(\.scalars) == before)
        #expect(
            other.storedTensors.mapValues(\.scalars)
                == method.thetaModel.storedTensors.mapValues(\.scalars))
    }

    @Test func otherViewsAreRefusedByName() throws {
        let data = try Digits().train.prefix(20)
        for (place, view): (Int, any ParameterView) in [
            (0, SharedScaleQuantizer(bits: 4, range: 1)),
            (0, SubnetworkScores(scores: .ones([64, 12]), keep: 0.5)), (1, Mask(.ones([12]))),
        ] {
            let model = try Self.model(data), kind = type(of: view).kind
            model.layerParameters[place].views = [view]
            let name = model.layerParameters[place].name
            let error = #expect(throws: ExactError.self) {
                try ExactGradient(model, schedule: Self.schedule)
            }
            #expect(error?.description.contains("'\(name)'") == true)
            #expect(error?.description.contains("'\(kind)'") == true)
            #expect(throws: ExactError.self) { try model.evaluate(on: data) }
            let folder = try TemporaryFolder()
            try model.save(to: folder.url, method: ExactGradient.name)
            #expect(throws: (any Error).self) { try Model.load(folder.url) }
        }
    }

    @Test func storedMasksMustFit() throws {
        let data = try Digits().train.prefix(1), model = try Self.model(data)
        try model.prune(Pruning(.global(rate: 0.5)))
        let description = try ModelDescription(of: model, method: "exact")
        let name = "theta1.weights/mask/alive"
        for change: (inout [String: Tensor]) -> Void in [
            { $0[name] = nil }, { $0[name] = .ones([12, 64]) },
            { $0[name] = Tensor(repeating: 0.5, shape: [64, 12]) },
            { $0["theta1.weights/other/alive"] = .ones([64, 12]) },
        ] {
            var tensors = model.parameters
            change(&tensors)
            #expect(throws: (any Error).self) {
                try description.open(tensors: tensors, in: .standard, at: "model.json")
            }
        }
    }

    // MARK: - Layered networks of any neuron

    private func check<Neuron: PseudospikingNeuron & DescribedEventNeuron>(
        _ neuron: Neuron, from state: Neuron.State, scale: Double, shift: Double
    ) throws {
        var network = try ExactNetwork(neuron, layers: [5, 6, 3], trial: 6, from: state)
        network.randomize(seed: 2, scale: scale, shift: shift)
        var alive = [Float](repeating: 1, count: 30)
        for place in stride(from: 1, to: 30, by: 4) { alive[place] = 0 }
        try network.setViews([Mask(Tensor(alive, shape: [5, 6]))], layer: 0)
        var random = SplitMix64(seed: 9)
        let inputs = (0..<8).map { _ in
            InputSpike(time: 5 * random.nextUnit(), input: Int(5 * random.nextUnit()))
        }
        let loss = try SpikeTrainLoss([(0, [1, 3, 8]), (2, [2, 7])])
        let exact = try network.valueAndGradient(of: loss, at: inputs).gradient.weights[0]
        let largest = exact.flatMap { $0 }.map(abs).reduce(1e-3, max)
        for out in 0..<6 {
            for input in 0..<5 {
                func value(_ change: Double) throws -> Double {
                    var moved = network, weights = network.weights[0]
                    weights[out][input] += change
                    try moved.setWeights(weights, layer: 0)
                    return try moved.valueAndGradient(of: loss, at: inputs).loss
                }
                let difference = try (value(1e-6) - value(-1e-6)) / 2e-6
                #expect(abs(difference - exact[out][input]) < 1e-5 * largest)
                if alive[input * 6 + out] == 0 {
                    #expect(exact[out][input] == 0 && network.weights[0][out][input] == 0)
                }
            }
        }

        // Straight through a quantiser: the gradient of a network of what is seen.
        try network.setViews(
            network.views[0] + [SymmetricQuantizer(bits: 3, isPerOutput: true)], layer: 0)
        let quantised = try network.valueAndGradient(of: loss, at: inputs).gradient.weights
        var plain = try ExactNetwork(neuron, layers: [5, 6, 3], trial: 6, from: state)
        for layer in 0..<2 { try plain.setWeights(network.seenWeights[layer], layer: layer) }
        let seen = try plain.valueAndGradient(of: loss, at: inputs).gradient.weights
        #expect(quantised[1] == seen[1])
        #expect(Set(network.seenWeights[0][0]).count <= 7)
        for out in 0..<6 {
            for input in 0..<5 {
                let expected = alive[input * 6 + out] == 0 ? 0 : seen[0][out][input]
                #expect(abs(quantised[0][out][input] - expected) < 1e-6 * max(largest, 1))
            }
        }

        let stored = try StoredJSON.value(
            NetworkDescription.self, from: StoredJSON.data(network.networkDescription))
        let again = try ExactNetwork<Neuron>(stored, tensors: network.tensors)
        #expect(again.networkDescription == network.networkDescription)
        #expect(again.views[0].count == 2 && again.views[1].isEmpty)
        #expect(again.weights[0].flatMap { $0 }.count { $0 == 0 } >= 8)
        #expect(throws: ExactError.self) {
            try network.setViews([LearnedStepQuantizer(bits: 4, step: 1)], layer: 0)
        }
        #expect(throws: ExactError.self) {
            try network.setViews([Mask(.ones([6, 5]))], layer: 0)
        }
    }

    @Test func theta() throws { try check(ThetaNeuron(), from: 3, scale: 3, shift: 3) }
    @Test func quadratic() throws {
        try check(QIFNeuron(), from: QIFState(), scale: 8, shift: 20)
    }
}
