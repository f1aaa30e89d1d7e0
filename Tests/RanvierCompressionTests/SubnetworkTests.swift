import Ranvier
import Testing

/// Subnetworks by scores: options, schedules, training, storage.
@Suite struct SubnetworkTests {
    static func network() throws -> Network {
        try Network(inputShape: [10], seed: 3) {
            DelayedLinear(10, 12, maximumDelay: 2e-3, timeStep: 1e-3, gain: 4)
            RecurrentLIF(12, leak: .factor(0.8), gain: 2)
            Linear(12, 4)
        }
    }

    @Test func scoresSeeOptions() throws {
        func seen(_ change: (Network) throws -> Void) throws -> [Float] {
            let network = try Self.network()
            try change(network)
            return network.prunableParameters.flatMap { $0.seen.scalars }
        }
        let all = [
            try seen { try $0.becomeSubnetwork(keep: 0.5, seed: 1) },
            try seen { try $0.becomeSubnetwork(keep: 0.3, seed: 1) },
            try seen { try $0.becomeSubnetwork(keep: 0.5, seed: 2) },
            try seen {
                try $0.becomeSubnetwork(
                    keep: 0.5, gain: .binary, initialization: .init(.normal), seed: 1)
            },
            try seen { try $0.becomeSubnetwork(keep: 0.5, isGlobal: true, seed: 1) },
            try seen {
                try $0.becomeSubnetwork(
                    keep: 0.5, initialization: .init(.signedConstant, isScaled: true), seed: 1)
            },
            try seen {
                try $0.becomeSubnetwork(keep: 0.5, initialization: .init(.normal), seed: 1)
            },
        ]
        #expect(Set(all).count == all.count)
    }

    @Test func initialSizes() {
        let stream = RandomStream(seed: 1, name: "w")
        let constant = SubnetworkInitialization(.signedConstant)
            .weights(shape: [50, 8], keep: 0.25, from: stream)
        #expect(Set(constant.scalars.map(abs)).count == 1)
        #expect(abs(abs(constant.scalars[0]) - 0.2) < 1e-6)
        #expect(constant.scalars.contains { $0 > 0 } && constant.scalars.contains { $0 < 0 })
        let scaled = SubnetworkInitialization(.signedConstant, isScaled: true)
            .weights(shape: [50, 8], keep: 0.25, from: stream)
        #expect(abs(abs(scaled.scalars[0]) - 0.4) < 1e-6)
        let normal = SubnetworkInitialization(.normal)
            .weights(shape: [50, 80], keep: 1, from: stream)
        #expect(abs(normal.squared().mean().scalar.squareRoot() - 0.2) < 0.01)
        let scores = SubnetworkInitialization.scores(shape: [25, 40], from: stream).scalars
        #expect(scores.allSatisfy { abs($0) <= 0.2 } && scores.contains { abs($0) > 0.18 })
    }

    /// `∂L/∂S = ∂L/∂ŵ W sign(S)`: what moving along a score would do if the mask were as wide as its size.
    @Test func scoreGradientsAreThoseOfASoftMask() throws {
        let weights = MaskTests.random([6, 5], "w"), scores = MaskTests.random([6, 5], "s")
        let x = MaskTests.random([1, 3, 6], "x")
        let network = try Network(inputShape: [6], layers: [Linear(weights: weights)])
        network.layerParameters[0].views = [SubnetworkScores(scores: scores, keep: 1)]
        let (_, gradients) = network.valueAndGradients { network(x).squared().sum() }
        // At k = 1 the loss as a function of a mask |S| + const has this derivative.
        let shift = 1 - scores.absoluteValue()
        let error = GradientCheck().largestError(at: [scores]) {
            x.matrixProduct(weights * ($0[0].absoluteValue() + shift)).squared().sum()
        }
        #expect(error < 0.02)
        let variable = scores.tracked()
        let soft = x.matrixProduct(weights * (variable.absoluteValue() + shift)).squared().sum()
        let expected = soft.gradients(for: [variable])[0].scalars
        #expect(
            zip(gradients[0].scalars, expected).allSatisfy { abs($0 - $1) < 1e-4 * (1 + abs($1)) })
    }

    @Test func scoresRespectMasks() throws {
        let alive = Tensor((0..<40).map { $0 % 4 == 0 ? 0 : 1 }, shape: [10, 4])
        for isGlobal in [false, true] {
            let network = try Network(inputShape: [10], seed: 1) { Linear(10, 4, hasBias: false) }
            network.layerParameters[0].mask = Mask(alive)
            try network.becomeSubnetwork(
                keep: 0.5, gain: .binary, isGlobal: isGlobal, seed: 2)
            let seen = network.layerParameters[0].seen.scalars
            #expect(seen.count { $0 != 0 } == 15)
            #expect(zip(seen, alive.scalars).allSatisfy { $1 != 0 || $0 == 0 })
            let x = MaskTests.random([1, 3, 10], "x")
            let (_, gradients) = network.valueAndGradients { network(x).squared().sum() }
            #expect(zip(gradients[0].scalars, alive.scalars).allSatisfy { $1 != 0 || $0 == 0 })
            // Connections that are not in the subnetwork can come in.
            #expect(zip(gradients[0].scalars, seen).contains { $0 != 0 && $1 == 0 })
        }
    }

    @Test func quantisersSeeTheSubnetwork() throws {
        let network = try Network(inputShape: [10], seed: 1) { Linear(10, 4, hasBias: false) }
        try network.becomeSubnetwork(keep: 0.3, initialization: .init(.normal), seed: 2)
        let weights = network.layerParameters[0]
        let alone = weights.seen.scalars
        weights.views += [BinaryQuantizer()]
        let binary = weights.seen.scalars
        #expect(zip(alone, binary).allSatisfy { ($0 == 0) == ($1 == 0) && $0 * $1 >= 0 })
        #expect(alone != binary)
    }

    @Test func sharesAreExact() {
        for keep in [0.9, 0.7, 0.3, 0.1, 0.05] {
            let view = SubnetworkScores(scores: MaskTests.random([100], "s"), keep: keep)
            #expect(view.keep == keep)
            #expect(view.mask().scalars.count { $0 != 0 } == Int((100 * keep).rounded()))
            view.keep = 0.5
            #expect(view.mask().scalars.count { $0 != 0 } == 50)
        }
    }

    @Test func schedulesLowerSmallShares() {
        let schedule = KeepSchedule(to: 0.2, over: 8)
        #expect(schedule.keep(in: 0) == 1 && schedule.keep(in: 8) == 0.2)
        #expect(abs(schedule.keep(in: 4) - 0.6) < 1e-12)
        #expect((0..<8).allSatisfy { schedule.keep(in: $0) > schedule.keep(in: $0 + 1) })
        #expect(KeepSchedule(to: 0.5).keep(in: 0) == 0.5)
    }

    @Test func globalSharesAgree() throws {
        let network = try Self.network()
        try network.becomeSubnetwork(keep: 0.4, isGlobal: true, seed: 1)
        let views = network.prunableParameters.compactMap { $0.views.first as? SubnetworkScores }
        let total = views.reduce(0) { $0 + $1.scores.value.count }
        let kept = views.reduce(0) { $0 + $1.mask().scalars.count { $0 != 0 } }
        #expect(kept == total - Pruning.count(0.6, of: total))
        #expect(Set(views.map(\.threshold)).count == 1)
        views[0].keep = 0.5
        #expect(throws: CompressionError.self) { try network.updateGlobalThreshold() }
    }

    // MARK: - Training and storage

    /// A method with a subnetwork, trained for some epochs on the digits.
    private func trained(
        _ optimizer: any Optimizer, epochs: Int, gain: SubnetworkScores.Gain = .binary
    ) throws -> (method: SurrogateGradient, first: [[Float]], reports: [EpochReport]) {
        let digits = try Digits().train.subset(Array(0..<200))
        let model = try ClockedModel(
            encoder: .direct(steps: 4, timeStep: 1e-3), inputShape: [64], seed: 1
        ) {
            Linear(64, 32)
            LIF(membraneTimeConstant: 4e-3)
            Linear(32, 10)
        }
        try model.network.becomeSubnetwork(keep: 0.5, gain: gain, seed: 5)
        let first = model.network.prunableParameters.map(\.value.scalars)
        var method = SurrogateGradient(model, optimizer: optimizer, batchSizes: 25, seed: 1)
        try method.prepare(for: digits)
        let reports = try (0..<epochs).map {
            try method.epoch($0, of: epochs, on: digits, hooks: Hooks())
        }
        return (method, first, reports)
    }

    @Test func everyOptimiserTrainsScoresAndNotWeights() throws {
        let optimizers: [any Optimizer] = [
            SGD(learningRate: 0.3, momentum: 0.9, weightDecay: 1e-4), Adam(learningRate: 0.01),
            Adam(learningRate: 0.01, decay: .decoupled(0.01)),
            AdaBelief(learningRate: 0.01, weightDecay: 0.01),
        ]
        for optimizer in optimizers {
            let (method, first, reports) = try trained(optimizer, epochs: 4)
            let network = method.clockedModel.network
            #expect(network.prunableParameters.map(\.value.scalars) == first)
            let loss = reports.compactMap { $0.training["loss"] }
            #expect(loss[3] < 0.8 * loss[0], "\(type(of: optimizer)): \(loss)")
        }
    }

    @Test func storedSubnetworksAnswerAsBefore() throws {
        let (method, _, _) = try trained(Adam(learningRate: 0.01), epochs: 1)
        let network = method.clockedModel.network
        let again = try Network(
            network.clockedDescription, tensors: network.storedTensors, in: .standard)
        #expect(try again.clockedDescription == network.clockedDescription)
        let x = MaskTests.random([4, 3, 64], "x")
        #expect(again(x).scalars == network(x).scalars)
        #expect(again.trainableParameters.map(\.name) == network.trainableParameters.map(\.name))
        // On a device: one bit for each weight, and which are there; no scores.
        let storage = method.model.storage
        #expect(storage.map(\.name) == network.layerParameters.map(\.name))
        #expect(storage[0].bits == 1)
        #expect(storage[0].mask?.count { $0 } == 1024)
    }

    /// A stored share that is none would leave a negative number of connections.
    @Test(arguments: [0, -3, 7] as [Float]) func storedSharesAreChecked(_ keep: Float) throws {
        let model = try trained(Adam(learningRate: 0.01), epochs: 0).method.clockedModel
        var stored = model.parameters
        let name = try #require(stored.keys.first { $0.hasSuffix("subnetwork-scores.keep") })
        try model.network.restore(stored)
        stored[name] = Tensor([keep], shape: [1])
        #expect(throws: NetworkError.self) { try model.network.restore(stored) }
    }

    /// Scores, share and the optimiser's state go on where they were.
    @Test func trainingGoesOnFromStoredNumbers() throws {
        let (whole, _, _) = try trained(Adam(learningRate: 0.01), epochs: 2)
        let (half, _, _) = try trained(Adam(learningRate: 0.01), epochs: 0)
        let digits = try Digits().train.subset(Array(0..<200))
        var first = half
        _ = try first.epoch(0, of: 2, on: digits, hooks: Hooks())
        let stored = first.clockedModel.parameters, state = first.state
        var second = try trained(Adam(learningRate: 0.01), epochs: 0).method
        try second.restoreModel(stored)
        try second.restore(state: state.tensors, steps: state.steps)
        _ = try second.epoch(1, of: 2, on: digits, hooks: Hooks())
        #expect(
            second.clockedModel.parameters.mapValues(\.scalars)
                == whole.clockedModel.parameters.mapValues(\.scalars))
    }
}
