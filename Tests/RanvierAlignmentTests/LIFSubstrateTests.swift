import Foundation
import Ranvier
import RanvierConfiguration
import RanvierFormats
import RanvierTensors
import RanvierTestSupport
import Testing

@testable import RanvierAlignment

@Suite struct LIFSubstrateTests {
    private func normal(_ count: Int, _ scale: Double, _ name: String) -> [Double] {
        RandomStream(seed: 11, name: name).normal(count: count).map { scale * Double($0) }
    }

    private func population(
        sizes: [Int] = [5, 4, 3], traces: LIFTraces = LIFTraces(), seed: UInt64 = 3,
        mismatch: Double = 0.2
    ) throws -> NoisyLIFPopulation {
        let pairs = zip(sizes, sizes.dropFirst()).map { $0 * $1 }
        return try NoisyLIFPopulation(
            sizes: sizes,
            parameters: NoisyLIFParameters(
                NoisyLIFNeuron(), count: sizes.reduce(0, +), mismatch: mismatch, seed: 7),
            traces: traces,
            forward: pairs.enumerated().map { normal($1, 0.4, "w\($0)") },
            feedback: pairs.enumerated().map { normal($1, 0.4, "b\($0)") }, seed: seed)
    }

    /// The kernel with its own numbers does what plain steps do with those numbers, over three layers with delays and probes.
    @Test(arguments: [false, true]) func kernelIsThePlainSteps(isLate: Bool) throws {
        var traces = LIFTraces()
        traces.probeProbability = 0.1
        traces.probeWeight = 0.3
        var plain = try population(traces: traces)
        if isLate {
            var own = Imperfections()
            own.delay = 5
            func delays(_ name: String) -> [[Int]] {
                [20, 12].enumerated().map {
                    own.delays(
                        $1, stream: RandomStream(seed: 1, name: name).substream($0))
                }
            }
            plain.setDelays(forward: delays("f"), feedback: delays("b"))
        }
        var fast = plain, listed = plain
        let steps = 400, count = plain.count
        let noise = plain.noise.normal(count: steps * count).map(Double.init)
        let signs = plain.probes.words(count: steps * count).map { word -> Double in
            Double(word >> 1) < 0.1 * 0x1p31 ? (word & 1 == 1 ? 1 : -1) : 0
        }
        #expect(signs.count { $0 != 0 } > 300)
        fast.advance(steps: 150)
        fast.advance(steps: steps - 150)
        let fired = listed.advance(noise: noise, probes: signs)
        var spikes = 0
        for t in 0..<steps {
            let range = t * count..<(t + 1) * count
            let own = plain.takePlainStep(noise: Array(noise[range]), probes: Array(signs[range]))
            #expect(own == (0..<count).filter { fired[t * count + $0] })
            spikes += own.count
        }
        #expect(spikes > 50)
        for row in NoisyLIFPopulation.Row.allCases {
            #expect(fast.row(row) == listed.row(row), "\(row)")
            for (a, b) in zip(fast.row(row), plain.row(row)) {
                #expect(abs(a - b) < 1e-9 * max(1, abs(b)), "\(row)")
            }
        }
        let (a, b) = (fast.takeSums(), plain.takeSums())
        for (a, b) in zip(a.pairs.joined(), b.pairs.joined()) { #expect(abs(a - b) < 1e-9) }
        #expect(fast.takeSums().spikes.allSatisfy { $0 == 0 })
    }

    /// The traces of a block give the sum over all pairs of spikes.
    @Test func tracesAreSumsOverPairs() throws {
        var own = try population(sizes: [3, 2])
        let steps = 800
        let fired = own.advance(
            noise: own.noise.normal(count: steps * 5).map(Double.init))
        let times = (0..<5).map { k in (0..<steps).filter { fired[$0 * 5 + k] } }
        let pairs = own.takeSums().pairs[0]
        var largest = 0.0
        for a in 0..<3 {
            for b in 0..<2 {
                var sum = 0.0
                for post in times[a] {
                    for pre in times[3 + b] where post != pre {
                        let lag = Double(post - pre) * 0.5e-3
                        sum += lag > 0 ? -exp(-lag / 10e-3) : exp(lag / 10e-3)
                    }
                }
                #expect(abs(sum - pairs[a * 2 + b]) < 1e-9)
                largest = max(largest, abs(sum))
            }
        }
        #expect(largest > 1)
    }

    private func options(_ change: (inout LIFSubstrate) -> Void = { _ in }) -> LIFSubstrate {
        var options = LIFSubstrate()
        options.block = 0.5
        options.blocks = 4
        change(&options)
        return options
    }

    private func stack(bias: Float? = nil) -> [FeedbackLayer] {
        let shapes = [[6, 5], [5, 4]]
        return shapes.enumerated().map { index, shape in
            FeedbackLayer(
                name: "layer\(index)",
                weights: Tensor(
                    normalWithMean: 0, standardDeviation: 0.3, shape: shape,
                    from: RandomStream(seed: UInt64(index), name: "w")),
                bias: bias.map {
                    Tensor([Float](repeating: $0, count: shape[1]), shape: [shape[1]])
                },
                feedback: Tensor(
                    normalWithMean: 0, standardDeviation: 0.3, shape: shape,
                    from: RandomStream(seed: UInt64(index), name: "b")))
        }
    }

    private func aligned(
        _ options: LIFSubstrate, update: Int = 0, seed: UInt64 = 1, bias: Float? = nil
    ) throws -> [Float] {
        var stack = stack(bias: bias)
        let weights = stack.map(\.weights.scalars)
        _ = try options.align(&stack, update: update, seed: seed)
        #expect(stack.map(\.weights.scalars) == weights)
        return stack.flatMap(\.feedback.scalars)
    }

    /// Every option of the substrate and every imperfection changes what comes out; the same seed gives the same bits.
    @Test func everyOptionCounts() throws {
        let standard = try aligned(options())
        #expect(try aligned(options()) == standard)
        #expect(try Parallel.withThreads(1) { try aligned(options()) } == standard)
        #expect(try aligned(options(), seed: 2) != standard)
        #expect(try aligned(options(), update: 1) != standard)
        #expect(try aligned(options(), bias: 0.1) != standard)
        let changes: [(String, (inout LIFSubstrate) -> Void)] = [
            ("time-step", { $0.neuron.timeStep = 1e-3 }),
            ("membrane", { $0.neuron.membraneTimeConstant = 12e-3 }),
            ("synapse", { $0.neuron.synapticTimeConstant = 6e-3 }),
            ("drive", { $0.neuron.drive = 0.95 }), ("noise", { $0.neuron.noise = 0.4 }),
            ("threshold", { $0.neuron.threshold = 1.05 }),
            ("reset", { $0.neuron.resetPotential = -0.1 }),
            ("refractory", { $0.neuron.refractoryPeriod = 3e-3 }), ("step", { $0.step = 0.1 }),
            ("decay", { $0.stepDecay = nil }), ("block", { $0.block = 0.6 }),
            ("blocks", { $0.blocks = 5 }), ("pairing", { $0.pairing = 12e-3 }),
            ("correction", { $0.scale.correction = .none }),
            ("gain", { $0.scale.correction = .gain }),
            ("probe", { $0.scale.estimator = .probe }),
            ("forgetting", { $0.scale.forgetting = 0.5 }),
            ("clip", { $0.scale.clip = 1.05 }),
            ("minimum", { $0.scale.minimumSpikes = 1000 }),
            ("floor", { $0.scale.fluctuationFloor = 1 }),
            ("target", { $0.scale.target = 3 }),
            ("response", { $0.scale.responseTimeConstant = 6e-3 }),
            ("slow", { $0.scale.slowTimeConstant = 8e-3 }),
            ("fast", { $0.scale.fastTimeConstant = 1e-3 }),
            ("no guard", { $0.activityGuard.kind = .none }),
            ("band", { $0.activityGuard.kind = .band }),
            ("target-rate", { $0.activityGuard.target = 30 }),
            ("strength", { $0.activityGuard.strength = 0.01 }),
            ("mismatch", { $0.imperfections.mismatch = 0.2 }),
            ("synaptic noise", { $0.imperfections.synapticNoise = 0.1 }),
            ("plasticity noise", { $0.imperfections.plasticityNoise = 0.3 }),
            ("delay", { $0.imperfections.delay = 4 }),
            ("bits", { $0.imperfections.weightBits = 4 }),
            ("stuck", { $0.imperfections.stuckSynapses = 0.5 }),
            ("dead", { $0.imperfections.deadSynapses = 0.5 }),
        ]
        for (name, change) in changes {
            #expect(try aligned(options(change)) != standard, "\(name)")
        }
        let second = try aligned(options(), update: 1)
        #expect(try aligned(options { $0.settlingBlocks = 1 }, update: 1) != second)
        func gain(_ change: (inout LocalScale) -> Void) throws -> [Float] {
            try aligned(
                options {
                    $0.scale.correction = .gain
                    change(&$0.scale)
                })
        }
        let gained = try gain { _ in }
        #expect(try gain { $0.gainRate = 0.5 } != gained)
        #expect(try gain { $0.smallestGain = 1 } != gained)
        #expect(try gain { $0.largestGain = 1 } != gained)
        func probed(_ change: (inout LocalScale) -> Void) throws -> [Float] {
            try aligned(
                options {
                    $0.scale.estimator = .probe
                    change(&$0.scale)
                })
        }
        let probing = try probed { _ in }
        #expect(try probed { $0.probeRate = 400 } != probing)
        #expect(try probed { $0.probeWeight = 0.3 } != probing)
    }

    @Test func stuckAndDeadSynapses() throws {
        let before = stack().flatMap(\.feedback.scalars)
        let none = options { $0.scale.correction = .none }
        let stuck = try aligned(
            {
                var own = none
                own.imperfections.stuckSynapses = 1
                return own
            }())
        #expect(stuck == before)
        var own = none
        own.imperfections.deadSynapses = 0.5
        let dead = try aligned(own)
        #expect((10...40).contains(dead.count { $0 == 0 }))
        own = none
        own.imperfections.weightBits = 3
        #expect(try Set(aligned(own).prefix(30)).count <= 7)
    }

    /// Weights find those of the other way, and neurons that fire alike keep the scale.
    @Test func feedbackFindsForward() throws {
        var options = options {
            $0.block = 5
            $0.step = 0.08
            $0.stepDecay = 10
        }
        options.scale.correction = .none
        let w = normal(20, 0.4, "w"), b = normal(20, 0.4, "b")
        var alignment = try LIFAlignment(
            options, sizes: [5, 4], forward: [w], feedback: [b], device: 1, noise: 1)
        func angle() -> Double {
            FeedbackLayer.angle(
                Tensor(w.map { Float($0) }, shape: [5, 4]),
                Tensor(alignment.feedback[0].map { Float($0) }, shape: [5, 4]))
        }
        #expect(angle() > 50)
        for block in 0..<40 { try alignment.run(step: options.step(ofBlock: block)) }
        #expect(angle() < 15)
        #expect(alignment.rates.allSatisfy { (20...60).contains($0) })
    }

    /// In gain mode every neuron finds the scale that is meant, whatever it is made of.
    @Test func gainsFindTheScale() throws {
        let options = options {
            $0.block = 5
            $0.scale.correction = .gain
            $0.scale.forgetting = 0.9
            $0.imperfections.mismatch = 0.25
        }
        var alignment = try LIFAlignment(
            options, sizes: [5, 4], forward: [normal(20, 0.2, "w")],
            feedback: [normal(20, 0.2, "w")], device: 5, noise: 1)
        for _ in 0..<2 { try alignment.run(step: 0) }
        func error() -> Double {
            alignment.scales.map { abs($0 / 15.7 - 1) }.reduce(0, +) / 9
        }
        let first = error()
        for _ in 0..<48 { try alignment.run(step: 0) }
        #expect(first > 0.1)
        #expect(error() < 0.04)
        #expect(alignment.population.parameters.gains.contains { abs($0 - 1) > 0.1 })
    }

    /// A neuron that cannot fire is named, and the guard gets it to fire.
    @Test(arguments: [ActivityGuard.Kind.rate, .band]) func guardRescues(kind: ActivityGuard.Kind)
        throws
    {
        let base = options { $0.block = 1 }
        func course(_ kind: ActivityGuard.Kind) throws -> LIFAlignment {
            var own = base
            own.activityGuard.kind = kind
            own.activityGuard.strength = 0.02
            var alignment = try LIFAlignment(
                own, sizes: [5, 4], forward: [normal(20, 0.2, "w")],
                feedback: [normal(20, 0.2, "b")],
                biases: [-2, 0, 0, 0, 3, 0, 0, 0, 0], device: 1, noise: 1)
            for _ in 0..<60 { try alignment.run(step: 0.01) }
            return alignment
        }
        let left = try course(.none)
        #expect(left.silent.contains(0) && left.runaway.contains(4) && left.rescued == [])
        let kept = try course(kind)
        #expect(kept.silent == [] && kept.runaway == [])
        #expect(kept.rescued.contains(0) && kept.rescued.contains(4))
        let records = kept.records(names: (0..<9).map { "n\($0)" })
        guard case .list(let rescued)? = records["rescuedNeurons"] else {
            Issue.record("no record of rescued neurons")
            return
        }
        #expect(rescued.contains(.string("n0")) && rescued.contains(.string("n4")))
        // A neuron that never fired has no scale of its own.
        #expect(left.scales[0] == 15.7)
    }

    /// A later alignment begins with the weights that were read from the one before, not with weights scaled twice.
    @Test func settlingKeepsWhatWasFound() throws {
        func angle(_ settling: Int) throws -> Double {
            let own = options {
                $0.imperfections.mismatch = 0.3
                $0.settlingBlocks = settling
                $0.block = 5
                $0.blocks = 4
                $0.step = 1e-6
            }
            var stack = stack()
            for index in stack.indices { stack[index].feedback = stack[index].weights }
            _ = try own.align(&stack, update: 1, seed: 4)
            return stack.map(\.angle).max() ?? 90
        }
        #expect(try angle(0) > 12)
        #expect(try angle(4) < 8)
    }

    /// Options drawn at random are read from what they write.
    @Test(arguments: 0..<12) func optionsAreReadAgain(seed: UInt64) throws {
        var random: any RandomNumberGenerator = SeededNumbers(seed: seed)
        let element = AlignmentSubstrateRole.element(of: LIFSubstrate.random(using: &random))
        let text = try StoredJSON.data(element)
        let read = try StoredJSON.value(Element.self, from: text)
            .value(of: AlignmentSubstrateRole.self, in: .standard, at: "test")
        #expect(AlignmentSubstrateRole.element(of: read) == element)
        #expect(read is LIFSubstrate)
    }

    /// A key that could have no effect is refused by name.
    @Test func keysWithoutEffectAreRefused() throws {
        func read(_ change: (inout LIFSubstrate) -> Void) throws {
            var own = LIFSubstrate()
            change(&own)
            let text = try StoredJSON.data(AlignmentSubstrateRole.element(of: own))
            _ = try StoredJSON.value(Element.self, from: text)
                .value(of: AlignmentSubstrateRole.self, in: .standard, at: "test")
        }
        try read { _ in }
        let idle: [(inout LIFSubstrate) -> Void] = [
            { $0.scale.gainRate = 0.2 }, { $0.scale.probeRate = 300 },
            { $0.scale.fastTimeConstant = 6e-3 },
            {
                $0.scale.correction = .none
                $0.scale.clip = 3
            },
            {
                $0.scale.correction = .gain
                $0.scale.smallestGain = 6
            },
            {
                $0.activityGuard.kind = .band
                $0.activityGuard.target = 30
            }, { $0.activityGuard.lowest = 20 },
            {
                $0.activityGuard.kind = .band
                $0.activityGuard.lowest = 95
            },
            {
                $0.activityGuard.kind = .none
                $0.activityGuard.strength = 0.1
            },
        ]
        for change in idle { #expect(throws: (any Error).self) { try read(change) } }
    }

    @Test func whatDoesNotFitIsRefused() throws {
        #expect(throws: AlignmentError.self) {
            try NoisyLIFPopulation(
                sizes: [2, 2],
                parameters: NoisyLIFParameters(NoisyLIFNeuron(), count: 4, mismatch: 0, seed: 0),
                forward: [[1, 2, 3]], feedback: [[1, 2, 3, 4]])
        }
        #expect(throws: AlignmentError.self) { try aligned(options { $0.block = 1e-6 }) }
        #expect(throws: AlignmentError.self) {
            try aligned(
                options {
                    $0.scale.estimator = .probe
                    $0.scale.probeRate = 5000
                })
        }
        #expect(throws: AlignmentError.self) {
            try aligned(
                options {
                    $0.step = 1e300
                    $0.blocks = 20
                })
        }
    }
}
