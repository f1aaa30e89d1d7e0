import RanvierAlignment
import Testing

/// `sal_discrete.json`.
@Suite struct SpikePairsReferenceTests {
    private func expect(
        _ found: Double, _ expected: Double, _ what: @autoclosure () -> String
    ) {
        #expect(abs(found - expected) <= 1e-9, "\(what())")
    }

    private func trains(_ value: ReferenceValue) throws -> [[Int]] {
        try value.items.map { try $0.ints }
    }

    @Test(.reference(.spikePairs)) func pairsAndTraces() throws {
        let cases = try ReferenceFile.spikePairs.value()["cases"].items
        #expect(!cases.isEmpty)
        for (number, entry) in cases.enumerated() {
            let trains = try trains(entry["spike_steps"]), count = trains.count
            let steps = try entry["steps"].int, tau = try entry["tau"].double
            let pairings: [(String, AlignmentPairing)] = [
                ("sal_all", .all), ("sal_nearest", .nearest),
                ("sal_window", .within(try entry["window"].int)),
            ]
            for (key, pairing) in pairings {
                let kernel = SpikeTimingKernel(timeConstant: tau, pairing: pairing)
                let expected = try entry[key].flat
                var traces = SpikeTraces(of: count, kernel: kernel)
                for step in 0..<steps {
                    traces.advance(trains.indices.filter { trains[$0].contains(step) })
                }
                for post in 0..<count {
                    for pre in 0..<count where post != pre {
                        let want = expected[post * count + pre]
                        expect(
                            kernel.sum(post: trains[post], pre: trains[pre]), want,
                            "case \(number), \(key), pairs \(post) <- \(pre)")
                        expect(
                            traces.sum(post: post, pre: pre), want,
                            "case \(number), \(key), traces \(post) <- \(pre)")
                    }
                    #expect(expected[post * count + post] == 0)
                }
                guard pairing == .all else { continue }
                let last = try entry["final_trace"].numbers
                for (found, want) in zip(traces.traces, last) {
                    expect(found, want, "case \(number), final trace")
                }
                #expect(last.count == count)
            }
        }
    }

    @Test(.reference(.spikePairs)) func updatesOfALayer() throws {
        let layer = try ReferenceFile.spikePairs.value()["layer"]
        let lower = try layer["n_lower"].int, upper = try layer["n_upper"].int
        let tau = try layer["tau"].int, window = try layer["window"].int
        let steps = try layer["steps"].int
        let replicas = try layer["batches"].items.map(trains)
        let expected = try layer["dB_sum_per_replica"].items.map { try $0.flat }
        let before = try layer["B0"].flat
        let kernel = SpikeTimingKernel(timeConstant: Double(tau), pairing: .within(window))
        var sum = [Double](repeating: 0, count: lower * upper)
        #expect(replicas.count == expected.count)
        for (replica, trains) in replicas.enumerated() {
            for a in 0..<lower {
                for b in 0..<upper {
                    let found = kernel.sum(post: trains[a], pre: trains[lower + b])
                    expect(
                        found, expected[replica][a * upper + b], "replica \(replica), \(a) <- \(b)")
                    sum[a * upper + b] += found
                }
            }
        }
        let forms: [(String, AlignmentNormalization, String)] = [
            ("eta_published", .published, "B1_published"), ("eta_rate", .rate, "B1_rate"),
        ]
        for (step, form, result) in forms {
            let pairStep = form.pairStep(
                try layer[step].double, refractoryPeriod: Double(tau), replicas: replicas.count,
                steps: steps)
            let after = try layer[result].flat
            for place in sum.indices {
                expect(before[place] + pairStep * sum[place], after[place], "\(result) \(place)")
            }
        }
    }
}
