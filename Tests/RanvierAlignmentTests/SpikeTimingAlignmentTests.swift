import Foundation
import RanvierConfiguration
import RanvierTensors
import Testing

@testable import RanvierAlignment

@Suite struct SpikeTimingAlignmentTests {
    private func stack(_ sizes: [Int] = [12, 10], deviation: Float = 0.3) -> [FeedbackLayer] {
        (1..<sizes.count).map { index in
            let shape = [sizes[index - 1], sizes[index]]
            func draw(_ name: String) -> Tensor {
                Tensor(
                    normalWithMean: 0, standardDeviation: deviation, shape: shape,
                    from: RandomStream(seed: 11, name: name).substream(index))
            }
            return FeedbackLayer(
                name: "layer\(index)", weights: draw("W"), bias: nil, feedback: draw("B"))
        }
    }

    private func aligned(
        _ change: (inout SamplingSubstrate) -> Void = { _ in }, updates: Int = 40,
        stack: [FeedbackLayer]? = nil
    ) throws -> [FeedbackLayer] {
        var substrate = SamplingSubstrate()
        substrate.halving = 10
        change(&substrate)
        var layers = stack ?? self.stack()
        for update in 0..<updates {
            _ = try substrate.align(&layers, update: update, seed: 1)
        }
        return layers
    }

    @Test func feedbackFindsTheTransposeInAllLayersAtOnce() throws {
        let before = stack([12, 10, 8]), after = try aligned(stack: before)
        for (old, new) in zip(before, after) {
            #expect(old.angle > 60)
            #expect(new.angle < 15, "\(new.angle)")
            #expect(old.weights.scalars == new.weights.scalars)
        }
    }

    @Test(arguments: [
        PostsynapticPotential.rectangular, .exponential, .alpha,
    ]) func everyPotentialAligns(_ potential: PostsynapticPotential) throws {
        let after = try aligned(
            {
                $0.potential = potential
                ($0.replicas, $0.duration) = (4, 100)
            }, updates: 14, stack: stack([4, 3], deviation: 0.8))
        #expect(after[0].angle < stack([4, 3], deviation: 0.8)[0].angle - 10)
    }

    /// The sign of the kernel is what makes weights meet; turned around they run away.
    @Test func invertedKernelRunsAway() throws {
        var layers = stack()
        let substrate = SamplingSubstrate()
        for update in 0..<30 {
            var turned = layers
            _ = try substrate.align(&turned, update: update, seed: 1)
            layers[0].feedback =
                layers[0].feedback + (layers[0].feedback - turned[0].feedback)
        }
        #expect(layers[0].angle > 90, "\(layers[0].angle)")
    }

    @Test func eachSettingHasAnEffect() throws {
        let usual = try aligned(updates: 2)[0].feedback.scalars
        let changes: [(String, (inout SamplingSubstrate) -> Void)] = [
            ("tau", { $0.tau = 12 }), ("replicas", { $0.replicas = 8 }),
            ("duration", { $0.duration = 60 }), ("warm-up", { $0.warmup = 1 }),
            ("window", { $0.window = .triangular }), ("window-time", { $0.windowTime = 5 }),
            ("pairing", { $0.pairing = .nearest }),
            ("window-length", { ($0.pairing, $0.windowLength) = (.window, 7) }),
            ("normalization", { $0.normalization = .published }), ("step", { $0.step = 1 }),
            ("halving", { $0.halving = 2 }), ("mismatch", { $0.imperfections.mismatch = 0.2 }),
            ("synaptic-noise", { $0.imperfections.synapticNoise = 0.1 }),
            ("plasticity-noise", { $0.imperfections.plasticityNoise = 0.1 }),
            ("delay", { $0.imperfections.delay = 3 }),
            ("weight-bits", { $0.imperfections.weightBits = 4 }),
            ("stuck", { $0.imperfections.stuckSynapses = 0.3 }),
            ("dead", { $0.imperfections.deadSynapses = 0.3 }),
        ]
        for (name, change) in changes {
            let other = try aligned(change, updates: 2)[0].feedback.scalars
            #expect(other != usual, "\(name) changes nothing")
        }
        #expect(try aligned(updates: 2)[0].feedback.scalars == usual)
    }

    @Test func imperfectSynapsesStayWhatTheyAre() throws {
        let before = stack()[0].feedback.scalars
        let stuck = try aligned({ $0.imperfections.stuckSynapses = 0.3 }, updates: 3)[0]
        let same = zip(before, stuck.feedback.scalars).count { $0 == $1 }
        #expect((20...55).contains(same), "\(same) of 120")
        let dead = try aligned({ $0.imperfections.deadSynapses = 0.3 }, updates: 3)[0]
        #expect((20...55).contains(dead.feedback.scalars.count { $0 == 0 }))
        let coarse = try aligned({ $0.imperfections.weightBits = 4 }, updates: 3)[0]
        #expect(Set(coarse.feedback.scalars.map { ($0 * 1e4).rounded() }).count < 40)
        #expect(try aligned({ $0.imperfections.weightBits = 6 })[0].angle < 25)
    }

    @Test func homeostasisWakesSilentNeurons() throws {
        var layers = stack()
        layers[0].bias = Tensor([Float](repeating: -8, count: 10), shape: [10])
        var substrate = SamplingSubstrate()
        substrate.halving = 10
        let told = try substrate.align(&layers, update: 0, seed: 1)
        guard case .list(let notes)? = told["notes"] else {
            Issue.record("silent neurons are not named")
            return
        }
        #expect("\(notes)".contains("silent neurons of layer1"))
        let silent = try aligned(stack: layers)[0]
        #expect(silent.angle > 50)
        let woken = try aligned(
            {
                $0.homeostasis = true
                $0.step = 4
            }, stack: layers)[0]
        #expect(woken.angle < 30, "\(woken.angle)")
        #expect(woken.bias?.scalars == layers[0].bias?.scalars)
    }

    @Test func targetAngleChoosesStepAndTime() throws {
        var rule = SpikeTimingAlignment(), substrate = SamplingSubstrate()
        substrate.targetAngle = 12
        rule.substrate = substrate
        var aligner = SpikeTimingAligner(rule: rule, seed: 2)
        var layers = stack([12, 10, 8])
        let told = try aligner.align(&layers, epoch: 0)
        for layer in layers { #expect(layer.angle < 15, "\(layer.angle)") }
        let text = "\(told)"
        for word in ["schedule", "simulated-time", "pair-steps", "occupancies", "angles"] {
            #expect(text.contains(word), "\(word) is not told")
        }
        // Weights that have moved a little are followed in less time.
        let later = try aligner.align(&layers, epoch: 1)
        #expect("\(later)" != text)
        for layer in layers { #expect(layer.angle < 15, "\(layer.angle)") }
    }

    @Test func whatAnEpochDoesDependsOnEpochAndSeedAlone() throws {
        let rule = SpikeTimingAlignment()
        var straight = SpikeTimingAligner(rule: rule, seed: 2), layers = stack()
        _ = try straight.align(&layers, epoch: 0)
        let between = layers
        _ = try straight.align(&layers, epoch: 1)
        var resumed = SpikeTimingAligner(rule: rule, seed: 2), again = between
        _ = try resumed.align(&again, epoch: 1)
        #expect(again[0].feedback.scalars == layers[0].feedback.scalars)
        var other = SpikeTimingAligner(rule: rule, seed: 3), different = between
        _ = try other.align(&different, epoch: 1)
        #expect(different[0].feedback.scalars != layers[0].feedback.scalars)
    }

    @Test func learningFindsAnAsymmetricMachine() throws {
        let weights = [0, 0.5, -0.4, 0.5, 0, 0.3, -0.4, 0.3, 0]
        let target = BoltzmannDistribution(weights: weights, bias: [0.1, 0, -0.2])
        let start = [0, 1.5, -1, -0.6, 0, -0.8, 0.8, 1.1, 0]
        func learned(_ alignment: Double) throws -> BoltzmannLearning {
            var learning = BoltzmannLearning(target: target, weights: start, bias: [0, 0, 0])
            learning.alignmentStep = alignment
            for update in 0..<120 {
                try learning.update(
                    period: 10, steps: 4000,
                    random: RandomStream(seed: 1, name: "learn").substream(update))
            }
            return learning
        }
        let plain = try learned(0), aligned = try learned(0.5)
        let asymmetry = [start, plain.weights, aligned.weights].map {
            BoltzmannLearning.asymmetry(of: $0, count: 3)
        }
        #expect(asymmetry[1] > asymmetry[0] / 2)
        #expect(asymmetry[2] < asymmetry[0] / 4, "\(asymmetry)")
    }
}
