import Foundation
import Ranvier
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors
import Testing

@testable import RanvierAlignment

/// Rules that bring feedback weights to the forward ones between epochs.
@Suite struct FeedbackAlignerTests {
    private static func layer(_ lower: Int, _ upper: Int, seed: UInt64 = 0) -> FeedbackLayer {
        let bound = (3 / Float(lower)).squareRoot()
        let stream = RandomStream(seed: seed, name: "test")
        func drawn(_ index: Int) -> Tensor {
            Tensor(
                uniformIn: -bound..<bound, shape: [lower, upper], from: stream.substream(index))
        }
        return FeedbackLayer(name: "w", weights: drawn(0), bias: nil, feedback: drawn(1))
    }

    /// Of linear answers feedback weights become the forward ones; of rectified ones they have their direction.
    @Test func mirrorsAlign() throws {
        var rule = WeightMirror()
        rule.batches = 150
        var stack = [Self.layer(20, 15)]
        #expect(abs(stack[0].angle - 90) < 15)
        var mirror = WeightMirrorAligner(rule: rule, seed: 1)
        _ = try mirror.align(&stack, epoch: 0)
        #expect(stack[0].angle < 6)
        #expect(abs(stack[0].agreement.slope - 1) < 0.05)
        rule.response = .rectified
        rule.scale = .none
        rule.noise = 2
        stack = [Self.layer(20, 15)]
        stack[0].bias = Tensor(
            normalWithMean: 0, standardDeviation: 0.3, shape: [15],
            from: RandomStream(seed: 2, name: "bias"))
        mirror = WeightMirrorAligner(rule: rule, seed: 1)
        _ = try mirror.align(&stack, epoch: 0)
        #expect(stack[0].angle < 15)
        // About half of `σ² W / d`: half of the neurons answer.
        let slope = stack[0].agreement.slope
        #expect(slope > 0.4 * 4 / 0.1 && slope < 0.6 * 4 / 0.1)
    }

    /// One batch of noise moves weights as the plain loops do.
    @Test(arguments: [false, true]) func mirrorsStepAsTheLoopsDo(isNonlinear: Bool) throws {
        var layer = Self.layer(5, 4)
        let bias: [Float] = [0.1, -0.2, 0.3, 0]
        layer.bias = Tensor(bias, shape: [4])
        func rows(_ tensor: Tensor) -> DenseRules.Matrix {
            let width = tensor.shape[1], numbers = tensor.scalars.map { Double($0) }
            return (0..<tensor.shape[0]).map { Array(numbers[$0 * width..<($0 + 1) * width]) }
        }
        let noise = Tensor(
            normalWithMean: 0, standardDeviation: 1, shape: [8, 5],
            from: RandomStream(seed: 3, name: "noise"))
        let plain = DenseRules(
            weights: [rows(layer.weights)], biases: [bias.map { Double($0) }],
            feedback: [rows(layer.feedback)], projections: [], activation: .relu)
        var rule = WeightMirror()
        (rule.scale, rule.response) = (.none, isNonlinear ? .rectified : .linear)
        (rule.rate, rule.decay) = (0.05, 0.1)
        let found = WeightMirrorAligner(rule: rule, seed: 0).step(layer, noise: noise)
        let wanted = plain.mirrored(
            layer: 0, noise: rows(noise), rate: 0.05, decay: 0.1, isNonlinear: isNonlinear)
        #expect(
            zip(rows(found).flatMap(\.self), wanted.flatMap(\.self)).allSatisfy {
                abs($0 - $1) < 1e-6
            })
    }

    private static func aligner(_ kind: String, duration: Double) -> any FeedbackAligner {
        if kind == "stdwi" {
            var rule = SpikeTimingInference()
            rule.duration = duration
            return SpikeTimingInferenceAligner(rule: rule, seed: 1)
        }
        var rule = RegressionDiscontinuity()
        rule.duration = duration
        rule.rate = 0.01
        return RegressionDiscontinuityAligner(rule: rule, seed: 1)
    }

    /// From spikes alone feedback weights find the direction of the forward ones.
    @Test(arguments: [("stdwi", 60.0, 35.0), ("rdd", 60.0, 45.0)])
    func probesFindTheDirection(kind: String, duration: Double, limit: Double) throws {
        var stack = [Self.layer(20, 15)]
        var aligner = Self.aligner(kind, duration: duration)
        let told = try aligner.align(&stack, epoch: 0)
        #expect(told.count == 1)
        #expect(stack[0].angle < limit, "\(kind) \(stack[0].angle) \(told)")
    }

    /// Spikes of lower neurons do not depend on what is above them: effects are linear in the weights, bit for bit.
    @Test func effectsAreLinearInTheWeights() throws {
        func effects(_ weights: Tensor) throws -> [Float] {
            var layer = Self.layer(8, 6)
            layer.weights = weights
            var stack = [layer], aligner = Self.aligner("rdd", duration: 3)
            _ = try aligner.align(&stack, epoch: 0)
            return stack[0].feedback.scalars
        }
        let weights = Self.layer(8, 6).weights
        let once = try effects(weights)
        #expect(once.contains { abs($0) > 1e-3 })
        #expect(try effects(weights * 2) == once.map { 2 * $0 })
        #expect(try effects(weights * -1) == once.map { -$0 })
    }

    /// An upper neuron finds the same weights whatever its neighbours are.
    @Test(arguments: ["stdwi", "rdd"]) func neighboursDoNotMatter(kind: String) throws {
        func found(_ columns: Range<Int>) throws -> Tensor {
            var layer = Self.layer(8, 6)
            layer.weights = layer.weights.slice(columns, along: 1)
            layer.feedback = layer.feedback.slice(columns, along: 1)
            var stack = [layer], aligner = Self.aligner(kind, duration: 3)
            _ = try aligner.align(&stack, epoch: 0)
            return stack[0].feedback
        }
        let all = try found(0..<6), part = try found(2..<5)
        #expect(part.scalars == all.slice(2..<5, along: 1).scalars)
        #expect(part.scalars.contains { $0 != 0 })
    }

    /// What is kept goes on where it was: two alignments are the same whether the state was stored between them or not.
    @Test(arguments: ["stdwi", "rdd"]) func probesGoOnFromAStoredState(kind: String) throws {
        var whole = [Self.layer(8, 6)]
        var aligner = Self.aligner(kind, duration: 2)
        _ = try aligner.align(&whole, epoch: 0)
        let kept = aligner.state, between = whole
        _ = try aligner.align(&whole, epoch: 1)
        var other = between, second = Self.aligner(kind, duration: 2)
        try second.restore(kept, for: between)
        _ = try second.align(&other, epoch: 1)
        #expect(other[0].feedback.scalars == whole[0].feedback.scalars)
        var fresh = between, third = Self.aligner(kind, duration: 2)
        _ = try third.align(&fresh, epoch: 1)
        #expect(fresh[0].feedback.scalars != whole[0].feedback.scalars)
        #expect(throws: TrainingStateError.self) {
            try third.restore(["strange": .zeros([2])], for: between)
        }
    }
}
