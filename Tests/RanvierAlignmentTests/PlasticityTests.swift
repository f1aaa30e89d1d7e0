import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors
import Testing

@testable import RanvierAlignment

/// Plasticity of single synapses and of networks.
@Suite struct PlasticityTests {
    private typealias Support = EligibilityPropagationTests

    private static func train(_ count: Int, seed: UInt64) -> [Double] {
        RandomStream(seed: seed, name: "train").uniform(count: count).map { Double($0) * 200 }
            .sorted()
    }

    private static let window = SpikeTimingWindow(
        causal: 0.7, anticausal: -0.9, causalTime: 17, anticausalTime: 31)

    /// Traces, event by event, and all pairs, one by one.
    @Test(arguments: [SpikeTrace.Form.all, .last]) func tracesArePairs(form: SpikeTrace.Form) {
        for seed in 0..<20 as Range<UInt64> {
            let pre = Self.train(20, seed: seed), post = Self.train(15, seed: seed + 100)
            var synapse = PlasticSynapse(PairRule(Self.window, pairing: form)), now = 0.0
            for time in (pre + post).sorted() {
                synapse.advance(
                    by: time - now, presynaptic: pre.contains(time) ? 1 : 0,
                    postsynaptic: post.contains(time) ? 1 : 0)
                now = time
            }
            let pairs = Self.window.change(
                presynaptic: pre, postsynaptic: post, pairing: form == .all ? .allToAll : .nearest)
            #expect(abs(synapse.weight - pairs) < 1e-9)
        }
    }

    @Test func alignmentIsAntisymmetric() {
        let pre = Self.train(30, seed: 1), post = Self.train(25, seed: 2)
        for form in SpikeTimingWindow.Form.allCases {
            let window = SpikeTimingWindow.alignment(form, time: 20)
            for pairing in SpikePairing.allCases {
                let there = window.change(presynaptic: pre, postsynaptic: post, pairing: pairing)
                let back = window.change(presynaptic: post, postsynaptic: pre, pairing: pairing)
                #expect(abs(there + back) < 1e-12 && there != 0)
            }
        }
    }

    @Test func spikesAtOneTimeDoNotPair() {
        for pairing in SpikePairing.allCases {
            #expect(
                Self.window.change(presynaptic: [5], postsynaptic: [5], pairing: pairing) == 0)
        }
        var synapse = PlasticSynapse(PairRule(Self.window))
        synapse.advance(presynaptic: 1, postsynaptic: 1)
        #expect(synapse.weight == 0)
    }

    @Test func softBoundsAreNeverLeft() {
        let rule = PairRule(Self.window, rate: 3, bounds: WeightBounds(.soft, in: -0.2...0.5))
        var synapse = PlasticSynapse(rule, weight: 0.1)
        let draws = RandomStream(seed: 4, name: "spikes").uniform(count: 400)
        for t in 0..<200 {
            synapse.advance(
                presynaptic: draws[2 * t] < 0.2 ? 1 : 0,
                postsynaptic: draws[2 * t + 1] < 0.2 ? 1 : 0)
            #expect((-0.2...0.5).contains(synapse.weight))
        }
    }

    @Test func baselinesFollowTheMean() {
        var plain = RewardBaseline(memory: nil), mean = RewardBaseline(memory: 2)
        #expect([1, 0, 1].map { plain.factor($0) } == [1, 0, 1])
        // Means 1, 0.5, and from the third on half of the way.
        #expect([1, 0, 1, 1].map { mean.factor($0) } == [1, -1, 0.5, 0.25])
    }

    // MARK: - Networks

    private static func pairs(_ change: (inout PairOptions) -> Void = { _ in }) -> PairOptions {
        var pairs = PairOptions()
        (pairs.causalTimeConstant, pairs.anticausalTimeConstant) = (5e-3, 8e-3)
        change(&pairs)
        return pairs
    }

    private struct Seen {
        var spikes: Tensor
        var answers: [Int]
    }

    /// What the hidden layer of a network does.
    private func seen(_ model: ClockedModel, _ sequence: Tensor) -> Seen {
        var spikes = Tensor(0)
        var context = ForwardContext(timeStep: 1e-3)
        context.observer = { layer, observation in
            if case .spikes(let tensor) = observation, layer == "lif2" { spikes = tensor }
        }
        let output = model.network(sequence, in: context)
        return Seen(
            spikes: spikes,
            answers: SpikeDecoder.meanMembrane.scores(of: output).argumentOfMaximum(along: 1))
    }

    /// Hidden synapses one by one, in all batches of a sum over chunks; with rewards each sample's change counts by its own.
    @Test(arguments: [SpikeTrace.Form.all, .last], [false, true])
    func networksFollowSingleSynapses(form: SpikeTrace.Form, isRewarded: Bool) throws {
        let model = try Support.oneHidden(steps: 16), sequence = Support.spikes(steps: 16, batch: 5)
        let options = Self.pairs { $0.pairing = form }
        var rule: any LocalRule
        if isRewarded {
            var own = RewardModulatedPlasticity()
            (own.pairs, own.chunk, own.eligibilityTimeConstant) = (options, 5, 12e-3)
            own.baseline = nil
            rule = own
        } else {
            var own = SpikeTimingPlasticity()
            (own.pairs, own.chunk) = (options, 5)
            rule = own
        }
        let found = try #require(
            try Support.gradients(model, sequence, by: rule)["linear1.weights"])
        let seen = seen(model, sequence)
        let pair = options.rule(timeStep: 1e-3)
        for i in 0..<12 {
            for j in 0..<10 {
                var sum = 0.0
                for b in 0..<5 {
                    let reward = seen.answers[b] == b % 5 ? 1.0 : -1.0
                    func run<R: PlasticityRule>(_ rule: R, rewardAtEnd: Double?) -> Double {
                        var synapse = PlasticSynapse(rule)
                        for t in 0..<16 {
                            synapse.advance(
                                presynaptic: Double(sequence[at: t, b, i]),
                                postsynaptic: Double(seen.spikes[at: t, b, j]),
                                third: rewardAtEnd.map { t == 15 ? $0 : 0 } ?? 1)
                        }
                        return synapse.weight
                    }
                    let free = PairRule(pair.window, pairing: form)
                    sum +=
                        isRewarded
                        ? run(RewardRule(free, eligibilityTime: 12), rewardAtEnd: reward)
                        : run(free, rewardAtEnd: nil)
                }
                let expected = -sum / 5
                #expect(abs(Double(found[at: i, j]) - expected) < 1e-4 * max(1, abs(expected)))
            }
        }
    }

    @Test func boundsHoldAfterUpdates() throws {
        let model = try Support.oneHidden(steps: 10)
        var rule = SpikeTimingPlasticity()
        rule.pairs = Self.pairs {
            ($0.lower, $0.upper, $0.bounds) = (-0.1, 0.3, .soft)
        }
        var training = ClockedTraining(model, optimizer: SGD(learningRate: 10), seed: 3)
        var learner = try rule.learner(for: model, seed: 0)
        let copy = training
        _ = try training.takeStep(Support.batch(Support.spikes(steps: 10, batch: 4))) {
            try learner.gradients($0, of: copy)
        }
        try learner.didUpdate(from: [], of: training, rateFactor: 1)
        let weights = try #require(model.network.values["linear1.weights"]).scalars
        #expect(weights.allSatisfy { $0 >= -0.1 && $0 <= 0.3 })
        #expect(weights.contains(-0.1) || weights.contains(0.3))
    }

    @Test func rewardsAreStoredAndChecked() throws {
        let model = try Support.oneHidden(steps: 10)
        var learner = try RewardModulatedPlasticity().learner(for: model, seed: 0)
        var training = ClockedTraining(model, seed: 3)
        let copy = training
        _ = try training.takeStep(Support.batch(Support.spikes(steps: 10, batch: 4))) {
            try learner.gradients($0, of: copy).map { $0 * Tensor(0) }
        }
        let state = learner.state
        #expect(state["reward-baseline"]?.scalars.last == 1)
        var other = try RewardModulatedPlasticity().learner(for: model, seed: 0)
        try other.restore(state)
        #expect(other.state["reward-baseline"]?.scalars == state["reward-baseline"]?.scalars)
        #expect(throws: (any Error).self) {
            try other.restore(["reward-baseline": Tensor([.nan, 1], shape: [2])])
        }
        #expect(throws: (any Error).self) { try other.restore([:]) }
    }

    @Test func aNetworkWithoutHiddenLayersIsRefused() throws {
        let model = try Support.model(steps: 4) {
            Linear(12, 5)
            LeakyIntegrator(leak: .factor(0.8))
        }
        #expect(throws: AlignmentError.self) {
            _ = try SpikeTimingPlasticity().learner(for: model, seed: 0)
        }
    }
}
