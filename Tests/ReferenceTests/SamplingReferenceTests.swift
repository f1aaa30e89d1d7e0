import Foundation
import RanvierAlignment
import Testing

/// `glm_network.json` and `sampling_network.json`.
@Suite struct SamplingReferenceTests {
    private func expect(
        _ found: [Double], _ expected: [Double], _ what: @autoclosure () -> String
    ) {
        #expect(found.count == expected.count, "\(what())")
        for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-9, "\(what())") }
    }

    /// The transpose of a matrix of rows `[post][pre]`.
    private func transposed(_ rows: ReferenceValue) throws -> [Double] {
        let (shape, data) = try rows.array
        return (0..<shape[1]).flatMap { column in
            (0..<shape[0]).map { data[$0 * shape[1] + column] }
        }
    }

    @Test(.reference(.samplingLayers)) func layersOfSamplingNeurons() throws {
        let cases = try ReferenceFile.samplingLayers.value()["cases"].items
        #expect(!cases.isEmpty)
        for (number, entry) in cases.enumerated() {
            let dims = try entry["dims"].ints, tau = try entry["tau_ref"].int
            let steps = try entry["steps"].int
            let bias = try entry["bias"].numbers
            let starts = dims.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
            // Papers write forward weights [upper][lower] and feedback [lower][upper]; here both are [lower, upper].
            let network = SamplingNetwork(
                layers: dims.indices.map { Array(bias[starts[$0]..<starts[$0 + 1]]) },
                forward: try entry["forward"].items.map(transposed),
                feedback: try entry["feedback"].items.map { try $0.flat }, period: tau)
            let uniforms = try entry["uniforms"].items.map { try $0.numbers }
            #expect(uniforms.count == steps)
            let rowsOfU = try entry["u_first20"].items, rowsOfP = try entry["p_first20"].items
            var simulation = SamplingSimulation(network)
            var traces = SpikeTraces(
                of: bias.count, kernel: SpikeTimingKernel(timeConstant: Double(tau)))
            var spikes = [[Int]](repeating: [], count: bias.count)
            for step in 0..<steps {
                let fired = simulation.step(uniforms[step])
                traces.advance(fired)
                for neuron in fired { spikes[neuron].append(step) }
                if step < rowsOfU.count {
                    expect(
                        simulation.potentials, try rowsOfU[step].numbers,
                        "case \(number), u at \(step)")
                    expect(
                        simulation.probabilities, try rowsOfP[step].numbers,
                        "case \(number), p at \(step)")
                }
            }
            #expect(spikes == (try entry["spike_steps"].items.map { try $0.ints }))
            expect(simulation.potentials, try entry["u_last"].numbers, "case \(number), last u")
            expect(
                spikes.map { Double($0.count * tau) / Double(steps) },
                try entry["rates_per_tau_ref"].numbers, "case \(number), rates")
            for (layer, expected) in try entry["sal_dB"].items.enumerated() {
                let found = (0..<dims[layer]).flatMap { a in
                    (0..<dims[layer + 1]).map { b in
                        traces.sum(post: starts[layer] + a, pre: starts[layer + 1] + b)
                    }
                }
                expect(found, try expected.flat, "case \(number), sums of layer \(layer)")
            }
        }
    }

    @Test(.reference(.samplingNetwork)) func boltzmannDistribution() throws {
        let file = try ReferenceFile.samplingNetwork.value()
        let states = try file["states_msb_first"].items.map { try $0.ints }
        let target = BoltzmannDistribution(
            weights: try file["target_W"].flat, bias: try file["target_b"].numbers)
        #expect(target.bias.count == (try file["N"].int))
        #expect(states.count == 1 << target.bias.count)
        for (index, state) in states.enumerated() {
            #expect(target.state(index) == state)
        }
        expect(target.probabilities, try file["target_p"].numbers, "probabilities")
        expect(target.coactivations, try file["target_coactivation"].flat, "coactivations")
    }

    @Test(.reference(.samplingNetwork)) func samplingAndItsUpdate() throws {
        let file = try ReferenceFile.samplingNetwork.value()
        let bias = try file["b0"].numbers, weights = try file["W0"].flat, count = bias.count
        let tau = try file["tau_ref"].int, steps = try file["steps"].int
        var simulation = SamplingSimulation(
            SamplingNetwork(boltzmann: weights, bias: bias, period: tau))
        let uniforms = try file["uniforms"].items.map { try $0.numbers }
        let kernel = SpikeTimingKernel(window: .triangular, timeConstant: Double(tau))
        var traces = SpikeTraces(of: count, kernel: kernel)
        var spikes = [[Int]](repeating: [], count: count)
        var histogram = [Double](repeating: 0, count: 1 << count)
        for step in 0..<steps {
            let fired = simulation.step(uniforms[step])
            traces.advance(fired)
            for neuron in fired { spikes[neuron].append(step) }
            let state = simulation.states.reduce(0) { 2 * $0 + ($1 ? 1 : 0) }
            histogram[state] += 1 / Double(steps)
        }
        #expect(spikes == (try file["spike_steps"].items.map { try $0.ints }))
        expect(histogram, try file["state_histogram_steps_1_to_T"].numbers, "states")
        let rates = spikes.map { Double($0.count * tau) / Double(steps) }
        expect(rates, try file["rates"].numbers, "rates")

        let share = Double(tau) / Double(steps)
        var coactivation = [Double](repeating: 0, count: count * count)
        var apart = coactivation, sal = coactivation
        for i in 0..<count {
            for j in 0..<count where i != j {
                let pairs =
                    kernel.sum(of: spikes[i], after: spikes[j])
                    + kernel.sum(of: spikes[j], after: spikes[i])
                apart[i * count + j] = share * pairs
                let together = Set(spikes[i]).intersection(spikes[j]).count
                coactivation[i * count + j] = share * (pairs + Double(together))
                sal[i * count + j] = share * kernel.sum(post: spikes[i], pre: spikes[j])
                #expect(abs(traces.sum(post: i, pre: j) * share - sal[i * count + j]) <= 1e-9)
            }
        }
        expect(coactivation, try file["coactivation_triangular"].flat, "coactivations")
        expect(
            apart, try file["coactivation_triangular_without_coincident"].flat,
            "coactivations without pairs of one step")
        expect(sal, try file["sal_triangular"].flat, "sums of pairs")

        let target = BoltzmannDistribution(
            weights: try file["target_W"].flat, bias: try file["target_b"].numbers)
        var learning = BoltzmannLearning(
            target: target, weights: weights, bias: bias)
        learning.weightStep = try file["eta_w"].double
        learning.biasStep = try file["eta_b"].double
        learning.alignmentStep = try file["eta_sal"].double
        learning.update(coactivation: coactivation, rates: rates, alignment: sal)
        expect(learning.weights, try file["W1"].flat, "weights after the update")
        expect(learning.bias, try file["b1"].numbers, "biases after the update")
        expect(
            [target.divergence(from: histogram, smoothing: try file["smoothing"].double)],
            [try file["dkl_target_to_sampled"].double], "divergence")
        expect(
            [BoltzmannLearning.asymmetry(of: weights, count: count)],
            [try file["asymmetry_variance"].double], "asymmetry")
    }
}
