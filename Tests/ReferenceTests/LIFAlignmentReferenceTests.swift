import Foundation
import RanvierTensors
import Testing

@testable import RanvierAlignment

/// `lif_pair.json` and `local_scale.json`, by plain steps and by the kernel.
@Suite struct LIFAlignmentReferenceTests {
    private static let tolerance = 1e-9

    /// A population as a case describes it; papers write `[post][pre]`, and milliseconds.
    private func population(
        _ entry: ReferenceValue, traces: LIFTraces, thresholds: [Double], drives: [Double]
    ) throws -> NoisyLIFPopulation {
        let lower = try entry["n_lower"].int, upper = try entry["n_upper"].int
        var neuron = NoisyLIFNeuron()
        neuron.timeStep = try entry["dt"].double / 1e3
        neuron.refractoryPeriod = neuron.timeStep * Double(try entry["refractory_steps"].int)
        neuron.resetPotential = try entry.optional("v_reset")?.double ?? 0
        let w = try entry["W"].items.map { try $0.numbers }
        let b = try entry["B"].items.map { try $0.numbers }
        return try NoisyLIFPopulation(
            sizes: [lower, upper],
            parameters: NoisyLIFParameters(
                membraneTimeConstants: try entry["tau_m"].numbers.map { $0 / 1e3 },
                synapticTimeConstants: try entry["tau_syn"].numbers.map { $0 / 1e3 },
                drives: drives, noises: try entry["sigma"].numbers, thresholds: thresholds),
            neuron: neuron, traces: traces,
            forward: [(0..<lower).flatMap { a in (0..<upper).map { w[$0][a] } }],
            feedback: [b.flatMap { $0 }])
    }

    private func expect(
        _ found: [Double], _ expected: [Double], relative: Double = 0, _ what: String
    ) {
        #expect(found.count == expected.count, "\(what)")
        for (a, b) in zip(found, expected) {
            #expect(abs(a - b) <= Self.tolerance + relative * abs(b), "\(what): \(a), not \(b)")
        }
    }

    /// Steps at which each neuron fired.
    private func spikeSteps(_ fired: [Bool], of count: Int) -> [[Int]] {
        (0..<count).map { k in
            (0..<fired.count / count).filter { fired[$0 * count + k] }
        }
    }

    private func advance(
        _ population: inout NoisyLIFPopulation, noise: [[Double]], probes: [[Double]]?,
        plainly: Bool
    ) -> [Bool] {
        guard plainly else {
            return population.advance(
                noise: noise.flatMap { $0 }, probes: probes?.flatMap { $0 })
        }
        return noise.indices.flatMap { t in
            let fired = population.takePlainStep(noise: noise[t], probes: probes?[t])
            return (0..<population.count).map { fired.contains($0) }
        }
    }

    @Test(.reference(.lifPair), arguments: [true, false])
    func noisyPairs(plainly: Bool) throws {
        let cases = try ReferenceFile.lifPair.value()["cases"].items
        #expect(!cases.isEmpty)
        for entry in cases {
            var traces = LIFTraces()
            traces.pairing = try entry["tau_stdp"].double / 1e3
            var own = try population(
                entry, traces: traces, thresholds: entry["threshold"].numbers,
                drives: entry["mu"].numbers)
            let noise = try entry["noise"].items.map { try $0.numbers }
            #expect(noise.count == (try entry["steps"].int))
            var fired: [Bool] = []
            let membranes = try entry["v_every_10"].items.map { try $0.numbers }
            // The file keeps the membrane after every tenth step; which of ten is the first follows from their number.
            let every = 10
            var kept: [[Double]] = []
            for t in noise.indices {
                fired += advance(
                    &own, noise: [noise[t]], probes: nil, plainly: plainly)
                if t % every == 0 { kept.append(own.row(.membrane)) }
            }
            #expect(kept.count == membranes.count)
            for (found, expected) in zip(kept, membranes) { expect(found, expected, "v") }
            #expect(
                spikeSteps(fired, of: own.count)
                    == (try entry["spike_steps"].items.map { try $0.ints }))
            expect(own.row(.trace), try entry["final_trace"].numbers, "trace")
            expect(own.takeSums().pairs[0], try entry["dB"].flat, "dB")
        }
    }

    @Test(.reference(.localScale), arguments: [true, false])
    func localScales(plainly: Bool) throws {
        let cases = try ReferenceFile.localScale.value()["cases"].items
        #expect(!cases.isEmpty)
        for entry in cases { try checkScale(entry, plainly: plainly) }
    }

    private func checkScale(_ entry: ReferenceValue, plainly: Bool) throws {
        var options = LocalScale()
        options.forgetting = try entry["forget"].double
        options.target = try entry["rho_star"].double
        options.clip = try entry["clip"].double
        options.minimumSpikes = try entry["n_min"].double
        options.fluctuationFloor = try entry["a_floor"].double
        var traces = LIFTraces()
        traces.pairing = try entry["tau_stdp"].double / 1e3
        traces.response = try entry["tau_y"].double / 1e3
        traces.slow = try entry["tau_p1"].double / 1e3
        traces.fast = try entry["tau_p2"].double / 1e3
        traces.probeProbability = try entry["probe_probability"].double
        traces.probeWeight = try entry["probe_weight"].double
        var own = try population(
            entry, traces: traces, thresholds: entry["threshold"].numbers,
            drives: entry["mu"].numbers)
        let count = own.count, steps = try entry["steps"].int
        let noise = try entry["noise"].items.map { try $0.numbers }
        #expect(noise.count == steps)
        var probes = Array(repeating: [Double](repeating: 0, count: count), count: steps)
        for (k, events) in try entry["probe_events"].items.enumerated() {
            for event in try events.items {
                let event = try event.numbers
                probes[Int(event[0])][k] += event[1]
            }
        }
        var estimator = LocalScaleEstimator(
            options, parameters: own.parameters, timeStep: own.timeStep, traces: traces)
        expect([traces.filterUnit(own.timeStep)], [try entry["c0"].double], "c0")
        expect(estimator.responseFactors, try entry["response_factor"].numbers, "c")
        expect(estimator.noisePerStep, try entry["noise_step_sd"].numbers, "sg")

        var fired: [Bool] = [], first = 0
        let ends = try entry["block_ends"].ints, accumulated = try entry["accumulated"].items
        #expect(ends.count == accumulated.count)
        var rate = ActivityGuard(), band = ActivityGuard()
        rate.kind = .rate
        band.kind = .band
        var ruled = own.parameters.drives, banded = ruled
        for (index, end) in ends.enumerated() {
            fired += advance(
                &own, noise: Array(noise[first..<end]),
                probes: traces.probeProbability > 0 ? Array(probes[first..<end]) : nil,
                plainly: plainly)
            let sums = own.takeSums()
            estimator.absorb(sums)
            let expected = accumulated[index]
            expect(estimator.answers, try expected["R"].numbers, "R")
            expect(estimator.fluctuations, try expected["A"].numbers, "A")
            expect(estimator.spikes, try expected["N"].numbers, "N")
            expect(estimator.probed, try expected["Q"].numbers, "Q")
            let seconds = Double(end - first) * own.timeStep
            let rates = sums.spikes.map { $0 / seconds }
            expect(rates, try entry["rate_hz"].items[index].numbers, relative: 1e-9, "rates")
            ruled = zip(ruled, rates).map { rate.drive(after: $0, rate: $1) }
            banded = zip(banded, rates).map { band.drive(after: $0, rate: $1) }
            expect(ruled, try entry["mu_after_rate_homeostasis"].items[index].numbers, "mu, rate")
            expect(banded, try entry["mu_after_band_guard"].items[index].numbers, "mu, band")
            first = end
        }
        // A file may go on after its last block.
        fired += advance(
            &own, noise: Array(noise[first...]),
            probes: traces.probeProbability > 0 ? Array(probes[first...]) : nil, plainly: plainly)
        #expect(
            spikeSteps(fired, of: count) == (try entry["spike_steps"].items.map { try $0.ints }))
        let last = try entry["final_traces"]
        expect(own.row(.trace), try last["x"].numbers, "x")
        expect(own.row(.own), try last["X"].numbers, "X")
        expect(own.row(.slow), try last["p1"].numbers, "p1")
        expect(own.row(.fast), try last["p2"].numbers, "p2")
        expect(own.row(.response), try last["y"].numbers, "y")
        expect(own.row(.probe), try last["q"].numbers, "q")

        let gains = own.parameters.gains, scales = estimator.scales(gains: gains)
        expect(
            estimator.rawScales(gains: gains), try entry["rho_raw"].numbers, relative: 1e-9, "raw")
        expect(scales, try entry["rho"].numbers, relative: 1e-9, "rho")
        expect(
            estimator.gains(after: gains, scales: scales), try entry["gain_after_step"].numbers,
            "gain")
        expect(
            LocalScaleEstimator.readOut(
                own.feedbackWeights[0], lower: Array(scales[..<own.sizes[0]]),
                upper: Array(scales[own.sizes[0]...])), try entry["B_hat"].flat, "B_hat")
        if traces.probeProbability > 0 {
            var probing = estimator
            probing.options.estimator = .probe
            expect(
                probing.rawScales(gains: gains), try entry["rho_probe_raw"].numbers,
                relative: 1e-9, "raw, probe")
            expect(
                probing.scales(gains: gains), try entry["rho_probe"].numbers, relative: 1e-9,
                "probe")
        } else {
            #expect(entry.optional("rho_probe") == nil)
        }
    }
}
