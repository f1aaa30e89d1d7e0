import Foundation
import RanvierAlignment
import Testing

/// `stdp.json` and `eprop_rstdp.json`.
@Suite struct PlasticityReferenceTests {
    private static let pairings: [(name: String, pairing: SpikePairing)] = [
        ("all_to_all", .allToAll), ("nearest_symmetric", .nearest), ("adjacent", .adjacent),
    ]
    private static let forms: [(name: String, form: SpikeTimingWindow.Form)] = [
        ("exp", .exponential), ("tri", .triangular),
    ]

    private func expectNear(_ a: Double, _ b: Double, _ label: String) {
        #expect(abs(a - b) <= 1e-9 * max(1, abs(b)), "\(label): \(a), not \(b)")
    }

    private func window(
        _ entry: ReferenceValue, _ form: SpikeTimingWindow.Form = .exponential
    ) throws -> SpikeTimingWindow {
        SpikeTimingWindow(
            form, causal: try entry["a_plus"].double, anticausal: try entry["a_minus"].double,
            causalTime: try entry["tau_plus"].double, anticausalTime: try entry["tau_minus"].double)
    }

    @Test(.reference(.plasticity)) func pairs() throws {
        let cases = try ReferenceFile.plasticity.value()["cases"].items
        #expect(!cases.isEmpty)
        for entry in cases {
            let pre = try entry["pre"].numbers, post = try entry["post"].numbers
            for (name, form) in Self.forms {
                let usual = try window(entry, form)
                let aligning = SpikeTimingWindow.alignment(form, time: usual.causalTime)
                for (kind, pairing) in Self.pairings {
                    expectNear(
                        usual.change(presynaptic: pre, postsynaptic: post, pairing: pairing),
                        try entry["dw_\(name)_\(kind)"].double, "\(entry.place) \(name) \(kind)")
                    expectNear(
                        aligning.change(presynaptic: pre, postsynaptic: post, pairing: pairing),
                        try entry["sal_\(name)_\(kind)"].double, "\(entry.place) sal \(kind)")
                }
                expectNear(
                    aligning.change(presynaptic: post, postsynaptic: pre),
                    try entry["sal_\(name)_all_to_all_reverse_synapse"].double, entry.place)
            }
        }
    }

    /// Keys that are put together above; said once in full for `ReferenceCoverageTests`, and that there are no others.
    @Test(.reference(.plasticity)) func everyPairingIsThere() throws {
        let known: Set = [
            "dw_exp_all_to_all", "dw_exp_nearest_symmetric", "dw_exp_adjacent",
            "dw_tri_all_to_all", "dw_tri_nearest_symmetric", "dw_tri_adjacent",
            "sal_exp_all_to_all", "sal_exp_nearest_symmetric", "sal_exp_adjacent",
            "sal_tri_all_to_all", "sal_tri_nearest_symmetric", "sal_tri_adjacent",
            "sal_exp_all_to_all_reverse_synapse", "sal_tri_all_to_all_reverse_synapse",
        ]
        for entry in try ReferenceFile.plasticity.value()["cases"].items {
            let found = Set(entry.keys.filter { $0.hasPrefix("dw_") || $0.hasPrefix("sal_") })
            #expect(found == known)
        }
    }

    @Test(.reference(.plasticity)) func traces() throws {
        for entry in try ReferenceFile.plasticity.value()["cases"].items {
            let times = try entry["sample_times"].numbers
            for (side, constant) in [("pre", "tau_plus"), ("post", "tau_minus")] {
                let spikes = try entry[side].numbers, tau = try entry[constant].double
                let all = try side == "pre" ? entry["trace_pre_all"] : entry["trace_post_all"]
                let last =
                    try side == "pre" ? entry["trace_pre_nearest"] : entry["trace_post_nearest"]
                for (form, expected) in [(SpikeTrace.Form.all, all), (.last, last)] {
                    let found = samples(
                        SpikeTrace(form, timeConstant: tau), of: spikes, at: times)
                    for (a, b) in zip(found, try expected.numbers) {
                        expectNear(a, b, expected.place)
                    }
                    #expect(found.count == (try expected.numbers.count))
                }
            }
        }
    }

    /// Values of a trace at some times; spikes at such a time count.
    private func samples(
        _ trace: SpikeTrace, of spikes: [Double], at times: [Double]
    ) -> [Double] {
        times.map { time in
            var trace = trace, now = 0.0
            for spike in spikes where spike <= time {
                trace.pass(spike - now)
                trace.add(1)
                now = spike
            }
            trace.pass(time - now)
            return trace.value
        }
    }

    @Test(.reference(.plasticity)) func weightsFromEventToEvent() throws {
        for entry in try ReferenceFile.plasticity.value()["cases"].items {
            let pre = try entry["pre"].numbers, post = try entry["post"].numbers
            for (form, online) in [
                (WeightBounds.Form.additive, try entry["online_additive"]),
                (.soft, try entry["online_soft"]),
            ] {
                let bounds = WeightBounds(
                    form, in: try online["wmin"].double...(try online["wmax"].double))
                let rule = PairRule(
                    try window(entry), rate: try online["eta"].double, bounds: bounds)
                var synapse = PlasticSynapse(rule, weight: try online["w0"].double)
                var now = 0.0
                let times = Set(pre + post).sorted(), log = try online["log"].items
                #expect(log.count == times.count)
                for (time, moment) in zip(times, log) {
                    synapse.advance(
                        by: time - now, presynaptic: pre.contains(time) ? 1 : 0,
                        postsynaptic: post.contains(time) ? 1 : 0)
                    now = time
                    let expected = try moment.numbers
                    expectNear(time, expected[0], "time in \(moment.place)")
                    expectNear(synapse.weight, expected[1], moment.place)
                }
            }
        }
    }

    @Test(.reference(.eligibility)) func rewardedSynapse() throws {
        let entry = try ReferenceFile.eligibility.value()["rstdp"]
        let rule = RewardRule(
            PairRule(try window(entry), rate: try entry["eta"].double),
            eligibilityTime: try entry["tau_eligibility"].double)
        var synapse = PlasticSynapse(rule, weight: try entry["w0"].double)
        let pre = Set(try entry["pre_steps"].ints), post = Set(try entry["post_steps"].ints)
        let reward = try entry["reward"].numbers, expected = try entry["w_every_step"].numbers
        let steps = try entry["steps"].int
        #expect(reward.count == steps && expected.count == steps)
        for t in 0..<steps {
            synapse.advance(
                presynaptic: pre.contains(t) ? 1 : 0, postsynaptic: post.contains(t) ? 1 : 0,
                third: reward[t])
            expectNear(synapse.weight, expected[t], "step \(t)")
        }
    }

    @Test(.reference(.eligibility)) func eligibilityPropagation() throws {
        let entry = try ReferenceFile.eligibility.value()["eprop"]
        let network = ReferenceEligibilityNetwork(
            leak: try entry["alpha"].double, filter: try entry["kappa"].double,
            threshold: try entry["v_th"].double, dampening: try entry["gamma"].double,
            input: try entry["W_in"].rows, recurrent: try entry["W_rec"].rows,
            output: try entry["W_out"].rows, feedback: try entry["feedback"].rows)
        let found = network.run(
            inputs: try entry["inputs"].rows, targets: try entry["targets"].rows)
        #expect(found.spikes == (try entry["spikes"].rows))
        for (name, pair) in [
            ("outputs", (found.outputs, try entry["outputs"].rows)),
            ("grad_in", (found.input, try entry["grad_in"].rows)),
            ("grad_rec", (found.recurrent, try entry["grad_rec"].rows)),
            ("grad_out", (found.output, try entry["grad_out"].rows)),
        ] {
            #expect(pair.0.map(\.count) == pair.1.map(\.count))
            for (a, b) in zip(pair.0.joined(), pair.1.joined()) { expectNear(a, b, name) }
        }
    }
}

/// Recurrent leaky neurons with a leaky read-out in double precision, whose synapses learn by ``EligibilityRule`` one by one.
/// Weights are `[post][pre]`.
private struct ReferenceEligibilityNetwork {
    let leak, filter, threshold, dampening: Double
    let input, recurrent, output, feedback: [[Double]]

    struct Run {
        var spikes: [[Double]] = []
        var outputs: [[Double]] = []
        var input: [[Double]]
        var recurrent: [[Double]]
        var output: [[Double]]
    }

    func run(inputs: [[Double]], targets: [[Double]]) -> Run {
        func zeros(like a: [[Double]]) -> [[Double]] { a.map { $0.map { _ in 0 } } }
        var run = Run(
            input: zeros(like: input), recurrent: zeros(like: recurrent),
            output: zeros(like: output))
        let rule = EligibilityRule(leak: leak, filter: filter)
        var intoInput = input.map { $0.map { _ in PlasticSynapse(rule) } }
        var intoRecurrent = recurrent.map { $0.map { _ in PlasticSynapse(rule) } }
        let neurons = input.count
        var v = [Double](repeating: 0, count: neurons), z = v
        var heard = v  // the read-out's trace of spikes
        var y = [Double](repeating: 0, count: output.count)
        for (x, target) in zip(inputs, targets) {
            let before = z
            for j in 0..<neurons {
                v[j] =
                    leak * v[j] + dot(input[j], x) + dot(recurrent[j], before)
                    - before[j] * threshold
            }
            z = v.map { $0 >= threshold ? 1 : 0 }
            heard = zip(heard, z).map { filter * $0 + $1 }
            for k in y.indices { y[k] = filter * y[k] + dot(output[k], z) }
            run.spikes.append(z)
            run.outputs.append(y)
            let error = zip(y, target).map { $0 - $1 }
            for j in 0..<neurons {
                let slope =
                    dampening / threshold * max(0, 1 - abs((v[j] - threshold) / threshold))
                let signal = dot(feedback[j], error)
                for i in x.indices {
                    run.input[j][i] -= intoInput[j][i].advance(
                        presynaptic: x[i], postsynaptic: slope, third: signal)
                }
                for i in 0..<neurons where i != j {
                    run.recurrent[j][i] -= intoRecurrent[j][i].advance(
                        presynaptic: before[i], postsynaptic: slope, third: signal)
                }
            }
            for k in error.indices {
                for j in 0..<neurons { run.output[k][j] += error[k] * heard[j] }
            }
        }
        return run
    }

    private func dot(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }
}
