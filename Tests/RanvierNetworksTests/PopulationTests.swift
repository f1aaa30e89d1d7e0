import Foundation
import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

@Suite struct PopulationTests {
    /// What a population may have besides a leak.
    struct Case: Sendable, CustomTestStringConvertible {
        var reset = Reset.soft
        var detaches = true
        var scale = InputScale.unit
        var refractory = 0
        var synapse = false
        var adapts = false
        var coupling = false
        var recurrence = false
        var perChannel = false
        var thresholds = false
        var membrane: MembraneLevels?
        var learnsStep = false

        var dynamics: PopulationDynamics {
            PopulationDynamics(
                reset: reset, detachesReset: detaches, inputScale: scale, surrogate: .gaussian,
                refractorySteps: refractory, membrane: membrane)
        }
        var testDescription: String {
            let names = [
                (synapse, "synapse"), (adapts, "adaptation"), (coupling, "one to one"),
                (recurrence, "all to all"), (perChannel, "per channel"),
                (thresholds, "thresholds"), (membrane != nil, "\(membrane.map { "\($0)" } ?? "")"),
                (learnsStep, "step"),
            ].filter(\.0).map(\.1)
            return "\(reset) \(detaches) \(scale) \(refractory) \(names)"
        }
    }

    static let cases: [Case] = {
        var all: [Case] = []
        for reset in [Reset.hard(to: -0.2), .soft, .softDelayed] {
            for detaches in [true, false] {
                all += [
                    Case(reset: reset, detaches: detaches),
                    Case(reset: reset, detaches: detaches, scale: .oneMinusLeak, perChannel: true),
                    Case(reset: reset, detaches: detaches, refractory: 2),
                    Case(reset: reset, detaches: detaches, synapse: true),
                    Case(reset: reset, detaches: detaches, adapts: true),
                    Case(reset: reset, detaches: detaches, coupling: true, perChannel: true),
                    Case(reset: reset, detaches: detaches, recurrence: true),
                    Case(
                        reset: reset, detaches: detaches, scale: .oneMinusLeak, refractory: 1,
                        synapse: true, adapts: true, coupling: true, recurrence: true,
                        perChannel: true),
                    Case(reset: reset, detaches: detaches, perChannel: true, thresholds: true),
                    Case(
                        reset: reset, detaches: detaches, refractory: 1, adapts: true,
                        recurrence: true, thresholds: true),
                    Case(
                        reset: reset, detaches: detaches, thresholds: true,
                        membrane: MembraneLevels(bits: 3, range: 0.6), learnsStep: true),
                    Case(
                        reset: reset, detaches: detaches, scale: .oneMinusLeak, refractory: 1,
                        synapse: true, recurrence: true, perChannel: true,
                        membrane: MembraneLevels(step: 0.11, rounding: .up)),
                    Case(
                        reset: reset, detaches: detaches,
                        membrane: MembraneLevels(
                            bits: 4, range: 0.9, placement: .nearThreshold)),
                ]
            }
        }
        return all
    }()

    static let channels = 45, samples = 3  // 135 neurons: two full words and a tail

    static func parameters(_ c: Case) -> PopulationParameters {
        let n = channels
        var numbers = PopulationParameters(
            leak: c.perChannel ? LIFTests.random([n], "leak", in: 0.5..<0.95) : Tensor(0.8),
            threshold: c.thresholds
                ? LIFTests.random([n], "theta", in: 0.4..<0.8) : Tensor(0.6))
        if c.learnsStep { numbers.membraneStep = Tensor(0.15) }
        if c.synapse { numbers.synapticLeak = Tensor(0.7) }
        if c.adapts { numbers.adaptation = (Tensor(0.85), Tensor(0.3)) }
        if c.coupling {
            numbers.coupling = c.perChannel ? LIFTests.random([n], "coupling") : Tensor(0.4)
        }
        if c.recurrence { numbers.recurrence = LIFTests.random([n, n], "recurrence") * 0.3 }
        return numbers
    }

    static func state(_ c: Case) -> PopulationState {
        let shape = [samples, channels]
        var state = PopulationState(
            membrane: LIFTests.random(shape, "v", in: -0.3..<0.5),
            last: LIFTests.random(shape, "last").isGreater(than: Tensor(0.5)))
        if c.synapse { state.synapse = LIFTests.random(shape, "i", in: -0.2..<0.4) }
        if c.adapts { state.adaptation = LIFTests.random(shape, "a", in: 0..<0.5) }
        if c.refractory > 0 {
            state.waiting = LIFTests.random(shape, "q").isGreater(than: Tensor(0.7))
        }
        return state
    }

    static func current(_ c: Case, steps: Int = 7) -> Tensor {
        let largest: Float = c.scale == .unit ? 1.2 : 5
        return LIFTests.random([steps, samples, channels], "current", in: -0.5..<largest)
    }

    /// The fused adjoint against the same neuron from plain operations.
    @Test(arguments: cases) func fusedMatchesPlainOperations(_ c: Case) throws {
        let current = Self.current(c).tracked()
        var numbers = Self.parameters(c), state = Self.state(c)
        numbers.track()
        state.track()
        let toSpikes = LIFTests.random(current.shape, "to spikes")
        let toMembrane = LIFTests.random(current.shape, "to u")
        let variables = [current] + numbers.all + state.all
        func gradients(_ response: PopulationDynamics.Response) throws -> [Tensor] {
            let membrane = try #require(response.membrane)
            var loss = (response.spikes * toSpikes).sum() + (membrane * toMembrane).sum()
            for (index, part) in response.state.all.enumerated()
            where index != response.state.all.count - 1 || response.state.waiting == nil {
                loss = loss + (part * LIFTests.random(part.shape, "to state \(index)")).sum()
            }
            return loss.gradients(for: variables)
        }
        let fused = c.dynamics.run(current, numbers, state: state, keepsMembrane: true)
        let plain = PlainPopulation(dynamics: c.dynamics, numbers: numbers).run(current, state)
        #expect(fused.spikes.scalars == plain.spikes.scalars)
        #expect(fused.spikes.spikeCount > 50 && fused.spikes.spikeCount < 900)
        for (a, b) in zip(fused.state.all, plain.state.all) { #expect(difference(a, b) < 1e-5) }
        for (index, (a, b)) in zip(try gradients(fused), try gradients(plain)).enumerated() {
            let scale = max(1, b.scalars.map(abs).max() ?? 0)
            #expect(difference(a, b) / scale < 3e-4, "gradient \(index)")
        }
    }

    @Test(arguments: cases) func stepsEqualTheSequence(_ c: Case) {
        let current = Self.current(c), numbers = Self.parameters(c)
        let sequence = c.dynamics.run(current, numbers)
        var state: PopulationState?
        for t in 0..<current.shape[0] {
            let response = c.dynamics.run(current.slice(t..<t + 1), numbers, state: state)
            #expect(response.spikes.scalars == sequence.spikes.step(at: t).scalars)
            state = response.state
        }
        let last = state?.all.map(\.scalars) ?? []
        #expect(last == sequence.state.all.map(\.scalars))
    }

    /// A population with nothing but a leak is the neuron of `LIFDynamics`.
    @Test func aPlainPopulationIsLIF() {
        for reset in [Reset.hard, .soft, .softDelayed] {
            let current = Self.current(Case())
            let x = current.tracked()
            let a = LIFDynamics(reset: reset).run(x, leak: Tensor(0.8), threshold: Tensor(0.6))
            let b = PopulationDynamics(reset: reset).run(
                x, PopulationParameters(leak: Tensor(0.8), threshold: Tensor(0.6)))
            #expect(a.spikes.scalars == b.spikes.scalars)
            #expect(
                a.spikes.sum().gradients(for: [x])[0].scalars
                    == b.spikes.sum().gradients(for: [x])[0].scalars)
        }
    }

    @Test func constantInputReceivesItsSummedGradient() {
        let step = LIFTests.random([3, 50], "step", in: -0.5..<1.5)
        for recurs in [false, true] {
            var numbers = PopulationParameters(leak: Tensor(0.7), threshold: Tensor(0.5))
            numbers.synapticLeak = Tensor(0.5)
            if recurs { numbers.recurrence = LIFTests.random([50, 50], "r") * 0.2 }
            let variable = step.tracked(), mix = LIFTests.random([5, 3, 50], "mix")
            let once = PopulationDynamics().run(variable.repeatedInTime(steps: 5), numbers).spikes
            let many = Tensor.stack(Array(repeating: step, count: 5)).tracked()
            let repeated = PopulationDynamics().run(many, numbers).spikes
            #expect(once.scalars == repeated.scalars)
            let a = (once * mix).sum().gradients(for: [variable])[0]
            let b = (repeated * mix).sum().gradients(for: [many])[0].sum(axes: [0])
            #expect(difference(a, b) < 1e-5)
        }
    }

    /// Thresholds per channel and levels of membranes, over several blocks of neurons.
    @Test func levelsHaveTheSameBitsOnAnyNumberOfThreads() {
        let numbers = PopulationParameters(
            leak: Tensor(0.9).tracked(),
            threshold: LIFTests.random([300], "theta", in: 0.5..<1.5).tracked())
        let current = LIFTests.random([5, 60, 300], "current", in: -0.5..<1.5)
        let dynamics = PopulationDynamics(membrane: MembraneLevels(bits: 4, range: 2))
        func run() -> [[Float]] {
            let x = current.tracked()
            let spikes = dynamics.run(x, numbers).spikes
            let gradients = spikes.sum().gradients(for: [x] + numbers.all)
            return [spikes.scalars] + gradients.map(\.scalars)
        }
        let one = Parallel.withThreads(1, run)
        #expect(Parallel.withThreads(2, run) == one)
    }

    @Test func sameBitsOnAnyNumberOfThreads() {
        var numbers = PopulationParameters(
            leak: Tensor(0.9).tracked(), threshold: Tensor(1).tracked())
        numbers.recurrence = (LIFTests.random([60, 60], "r") * 0.3).tracked()
        let current = LIFTests.random([6, 40, 60], "current", in: -0.5..<1.5)
        func run() -> [[Float]] {
            let x = current.tracked()
            let spikes = PopulationDynamics().run(x, numbers).spikes
            let gradients = spikes.sum().gradients(for: [x] + numbers.all)
            return [spikes.scalars] + gradients.map(\.scalars)
        }
        let one = Parallel.withThreads(1, run)
        #expect(Parallel.withThreads(3, run) == one)
    }

    @Test func customSurrogateIsUsed() {
        func gradient(_ surrogate: Surrogate) -> [Float] {
            var numbers = PopulationParameters(leak: Tensor(0.9))
            numbers.adaptation = (Tensor(0.8), Tensor(0.5))
            let x = Self.current(Case()).tracked()
            return PopulationDynamics(surrogate: surrogate).run(x, numbers).spikes.sum()
                .gradients(for: [x])[0].scalars
        }
        let own = Surrogate.custom("triangle") { x in (1 - x.absoluteValue()).relu() }
        let worst = zip(gradient(own), gradient(.triangular)).map { abs($0 - $1) }.max() ?? 1
        #expect(worst < 1e-5)
    }

    func difference(_ a: Tensor, _ b: Tensor) -> Float {
        zip(a.scalars, b.scalars).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
}

extension PopulationParameters {
    mutating func track() {
        leak = leak.tracked()
        threshold = threshold.tracked()
        synapticLeak = synapticLeak?.tracked()
        adaptation = adaptation.map { ($0.leak.tracked(), $0.strength.tracked()) }
        coupling = coupling?.tracked()
        recurrence = recurrence?.tracked()
        membraneStep = membraneStep?.tracked()
    }
}

extension PopulationState {
    mutating func track() {
        membrane = membrane.tracked()
        last = last.tracked()
        synapse = synapse?.tracked()
        adaptation = adaptation?.tracked()
    }
}

/// The equations of `PopulationDynamics`, one plain operation after the other.
private struct PlainPopulation {
    let dynamics: PopulationDynamics
    let numbers: PopulationParameters

    func run(_ current: Tensor, _ initial: PopulationState) -> PopulationDynamics.Response {
        var state = initial
        var spikes: [Tensor] = [], membranes: [Tensor] = []
        for t in 0..<current.shape[0] {
            let (u, s) = step(current.step(at: t), &state)
            spikes.append(s)
            membranes.append(u)
        }
        return PopulationDynamics.Response(
            spikes: Tensor.stack(spikes), membrane: Tensor.stack(membranes), state: state)
    }

    /// What is left of membranes on their levels, with the derivative 1 between the outermost.
    private func kept(_ x: Tensor) -> Tensor {
        guard let levels = dynamics.membrane else { return x }
        let numbersOfX = x.scalars
        if levels.placement == .nearThreshold {
            let list = levels.levels(near: numbers.threshold.scalar)
            let nearest = numbersOfX.map { x in
                list.min { (abs($0 - x), $0) < (abs($1 - x), $1) } ?? 0
            }
            let inside = numbersOfX.map { $0 >= list[0] && $0 <= list[list.count - 1] ? 1 : 0 }
            let mask = Tensor(inside.map { Float($0) }, shape: x.shape)
            return Tape.record(Tensor(nearest, shape: x.shape), inputs: [x]) { [$0 * mask] }
        }
        let step = numbers.membraneStep ?? Tensor(levels.uniformStep), limit = levels.largestCode
        let quotients = numbersOfX.map { $0 / step.scalar }
        let codes = quotients.map {
            min(max($0, -limit), limit).rounded(
                levels.rounding == .up ? .up : .toNearestOrEven)
        }
        let code = Tensor(codes, shape: x.shape)
        let inside = Tensor(quotients.map { abs($0) <= limit ? 1 : 0 }, shape: x.shape)
        let quotient = Tensor(quotients, shape: x.shape)
        return Tape.record((code * step.detached), inputs: [x, step]) { gradient in
            [gradient * inside, (gradient * (code - quotient * inside)).sum()]
        }
    }

    private func step(_ current: Tensor, _ state: inout PopulationState) -> (Tensor, Tensor) {
        var input = current
        if let recurrence = numbers.recurrence {
            input = state.last.matrixProduct(recurrence) + input
        }
        if let coupling = numbers.coupling { input = input + coupling * state.last }
        if let alpha = numbers.synapticLeak, let earlier = state.synapse {
            input = alpha * earlier + input
            state.synapse = input
        }
        let scaled = dynamics.inputScale == .unit ? input : (1 - numbers.leak) * input
        var u = kept(numbers.leak * state.membrane) + scaled
        let inDelay = dynamics.detachesReset ? state.last.detached : state.last
        if dynamics.reset == .softDelayed { u = u - numbers.threshold * inDelay }
        var theta = numbers.threshold
        if let (leak, strength) = numbers.adaptation, let a = state.adaptation {
            theta = theta + strength * a
            state.adaptation = leak * a
        }
        var s = spike(u - theta, surrogate: dynamics.surrogate)
        if let waiting = state.waiting {
            let free = waiting.isEqualToZero()
            var held = state.membrane
            if dynamics.reset == .softDelayed { held = held - numbers.threshold * inDelay }
            u = u * free + held * (1 - free)
            s = s * free
            state.waiting =
                (waiting - 1).relu() * (1 - s.detached)
                + Float(dynamics.refractorySteps) * s.detached
        }
        let inReset = dynamics.detachesReset ? s.detached : s
        switch dynamics.reset {
        case .hard(let potential): state.membrane = u * (1 - inReset) + potential * inReset
        case .soft: state.membrane = u - numbers.threshold * inReset
        case .softDelayed: state.membrane = u
        }
        if let a = state.adaptation { state.adaptation = a + s }
        state.last = s
        return (u, s)
    }
}
