import Foundation
import RanvierTestSupport
import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

@Suite struct LIFTests {
    static func random(_ shape: [Int], _ name: String, in range: Range<Float> = -1..<1) -> Tensor {
        Tensor(uniformIn: range, shape: shape, from: RandomStream(seed: 11, name: name))
    }

    /// All combinations of the discrete options.
    static let dynamics: [LIFDynamics] = {
        var all: [LIFDynamics] = []
        for reset in [Reset.hard(to: 0), .hard(to: -0.2), .soft, .softDelayed] {
            for detaches in [true, false] {
                for target in LeakTarget.allCases {
                    for scale in InputScale.allCases {
                        all.append(
                            LIFDynamics(
                                reset: reset, detachesReset: detaches, leakTarget: target,
                                inputScale: scale, surrogate: .gaussian))
                    }
                }
            }
        }
        return all
    }()

    /// A single neuron under constant input below threshold: `u[t] = I (1 − τ^{t+1}) / (1 − τ)`.
    @Test func chargesLikeTheClosedForm() throws {
        let tau = 0.8, input: Float = 0.15, steps = 20
        let current = Tensor(constantInTime: Tensor([input], shape: [1, 1]), steps: steps)
        let response = LIFDynamics().run(
            current, leak: Tensor(Float(tau)), threshold: Tensor(1), keepsMembrane: true)
        let membrane = try #require(response.membrane).scalars
        for t in 0..<steps {
            let exact = Double(input) * (1 - pow(tau, Double(t + 1))) / (1 - tau)
            #expect(abs(Double(membrane[t]) - exact) < 1e-6)
        }
        #expect(response.spikes.spikeCount == 0)
    }

    /// Without a leak and with a soft reset, n inputs of I make floor(n I) spikes.
    @Test func integratesAndFiresAtTheRateOfItsInput() {
        let current = Tensor(repeating: 0.3, shape: [100, 1, 1])
        let response = LIFDynamics().run(current, leak: Tensor(1), threshold: Tensor(0.9999))
        #expect(response.spikes.spikeCount == 30)
    }

    @Test func tieRuleDecidesAtTheThreshold() {
        let current = Tensor([1], shape: [1, 1, 1])
        for (tie, count) in [(TieRule.fires, 1), (.silent, 0)] {
            let response = LIFDynamics(tie: tie).run(
                current, leak: Tensor(0.5), threshold: Tensor(1))
            #expect(response.spikes.spikeCount == count)
        }
    }

    /// The fused adjoint against the same neuron from plain operations, for every option.
    @Test(arguments: LIFTests.dynamics.indices)
    func fusedMatchesPlainOperations(index: Int) {
        let dynamics = Self.dynamics[index]
        let shape = [7, 3, 45]  // 135 neurons: two full groups of 64 and a tail
        let largest: Float = dynamics.inputScale == .unit ? 1.5 : 7
        let current = Self.random(shape, "current", in: -0.5..<largest)
        // Some above the threshold, which a delayed reset subtracts at the first step.
        let initial = Self.random([3, 45], "initial", in: -0.3..<0.9)
        let toSpikes = Self.random(shape, "to spikes"), toMembrane = Self.random(shape, "to u")
        let toState = Self.random([3, 45], "to state")
        func loss(_ spikes: Tensor, _ membrane: Tensor, _ state: Tensor) -> Tensor {
            (spikes * toSpikes).sum() + (membrane * toMembrane).sum() + (state * toState).sum()
        }
        let inputs = [current, Tensor(0.8), Tensor(0.6), initial].map { $0.tracked() }
        let fused = dynamics.run(
            inputs[0], leak: inputs[1], threshold: inputs[2], state: inputs[3], keepsMembrane: true)
        let plain = PlainLIF(dynamics: dynamics).run(inputs)
        #expect(fused.spikes.scalars == plain.spikes.scalars)
        #expect(largestDifference(fused.state, plain.state) < 1e-5)
        #expect(fused.spikes.spikeCount > 50)
        let a = loss(fused.spikes, fused.membrane ?? fused.spikes, fused.state)
            .gradients(for: inputs)
        let b = loss(plain.spikes, plain.membrane, plain.state).gradients(for: inputs)
        for (name, (x, y)) in zip(["current", "leak", "threshold", "state"], zip(a, b)) {
            let scale = max(1, y.scalars.map(abs).max() ?? 0)
            #expect(largestDifference(x, y) / scale < 2e-4, "gradient of \(name)")
        }
    }

    @Test func constantInputGivesTheSameSpikesAndTheSummedGradient() {
        let step = Self.random([3, 50], "step", in: -0.5..<1.5)
        let weights = Self.random([6, 3, 50], "weights")
        let dynamics = LIFDynamics(detachesReset: false, inputScale: .oneMinusLeak)
        func gradients(_ x: Tensor, _ variable: Tensor, _ leak: Tensor) -> [Tensor] {
            let spikes = dynamics.run(x, leak: leak, threshold: Tensor(0.3)).spikes
            return (spikes * weights).sum().gradients(for: [variable, leak])
        }
        let variable = step.tracked(), leak = Tensor(0.7).tracked()
        let once = gradients(variable.repeatedInTime(steps: 6), variable, leak)
        let many = Tensor.stack(Array(repeating: step, count: 6)).tracked()
        let repeated = gradients(many, many, leak)
        #expect(largestDifference(once[0], repeated[0].sum(axes: [0])) < 1e-5)
        #expect(largestDifference(once[1], repeated[1]) < 1e-4)
    }

    @Test func customSurrogateIsUsed() {
        let current = Self.random([4, 2, 70], "current", in: 0..<1.5)
        func gradient(_ surrogate: Surrogate) -> [Float] {
            let x = current.tracked()
            let dynamics = LIFDynamics(reset: .hard, detachesReset: false, surrogate: surrogate)
            let spikes = dynamics.run(x, leak: Tensor(0.9), threshold: Tensor(1)).spikes
            return spikes.sum().gradients(for: [x])[0].scalars
        }
        let own = Surrogate.custom("triangle") { x in (1 - x.absoluteValue()).relu() }
        let difference = zip(gradient(own), gradient(.triangular)).map { abs($0 - $1) }.max() ?? 1
        #expect(difference < 1e-5)
        #expect(gradient(own) != gradient(.arctangent))
    }

    @Test func eachOptionChangesTheResult() {
        let current = Self.random([12, 2, 64], "current", in: 0..<1.2)
        var seen: Set<[Float]> = []
        for dynamics in Self.dynamics {
            let x = current.tracked()
            let spikes = dynamics.run(x, leak: Tensor(0.8), threshold: Tensor(0.5)).spikes
            seen.insert(spikes.sum().gradients(for: [x])[0].scalars)
        }
        // A leak towards 0 and towards a reset potential of 0 are the same neuron, and so is the leak
        // target with the resets that have no potential.
        let potentials = 4, detached = 2, scales = 2
        #expect(seen.count == potentials * detached * scales + detached * scales)
    }

    @Test func sameBitsOnAnyNumberOfThreads() {
        let current = Self.random([5, 20, 700], "current", in: -0.5..<1.5)
        func run() -> [[Float]] {
            let x = current.tracked(), leak = Tensor(0.9).tracked()
            let spikes = LIFDynamics().run(x, leak: leak, threshold: Tensor(1)).spikes
            return spikes.sum().gradients(for: [x, leak]).map(\.scalars) + [spikes.scalars]
        }
        let one = Parallel.withThreads(1, run)
        #expect(Parallel.withThreads(3, run) == one)
    }
}

/// The equations of `LIFDynamics`, one plain operation after the other.
private struct PlainLIF {
    let dynamics: LIFDynamics

    func run(_ inputs: [Tensor]) -> (spikes: Tensor, membrane: Tensor, state: Tensor) {
        let (current, leak, threshold) = (inputs[0], inputs[1], inputs[2])
        var v = inputs[3]
        var spikes: [Tensor] = [], membranes: [Tensor] = []
        var potential: Float = 0
        if case .hard(let to) = dynamics.reset { potential = to }
        // The first delayed reset is decided by the initial state and counts as a constant.
        var delayed = (v.detached - threshold.detached).isGreaterOrEqual(to: Tensor(0))
        for t in 0..<current.shape[0] {
            var input = current.step(at: t)
            if dynamics.inputScale == .oneMinusLeak { input = input * (1 - leak) }
            var u = leak * v + input
            if dynamics.leakTarget == .reset { u = u + (1 - leak) * potential }
            if dynamics.reset == .softDelayed { u = u - threshold * delayed }
            let s = spike(u - threshold, surrogate: dynamics.surrogate)
            let inReset = dynamics.detachesReset ? s.detached : s
            switch dynamics.reset {
            case .hard: v = u * (1 - inReset) + potential * inReset
            case .soft: v = u - threshold * inReset
            case .softDelayed:
                v = u
                delayed = inReset
            }
            spikes.append(s)
            membranes.append(u)
        }
        return (Tensor.stack(spikes), Tensor.stack(membranes), v)
    }
}
