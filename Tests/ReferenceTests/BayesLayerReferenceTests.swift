import Foundation
import RanvierBayes
import Testing

@Suite("Reference: layers and sites of expectation propagation")
struct BayesLayerReferenceTests {
    private typealias Reference = BayesReference

    @Test(.reference(.linearLayer)) func linearLayer() throws {
        let file = try ReferenceFile.linearLayer.value()
        for value in try file["cases"].items {
            let messages = LinearMessages(
                inputs: MomentMatrix(
                    mean: try Reference.matrix(value["inputMean"]),
                    variance: try Reference.matrix(value["inputVariance"])),
                weights: MomentMatrix(
                    mean: try Reference.matrix(value["weightMean"]).transposed,
                    variance: try Reference.matrix(value["weightVariance"]).transposed),
                biases: MomentMatrix(
                    mean: try Reference.row(value["biasMean"]),
                    variance: try Reference.row(value["biasVariance"])),
                scale: try value["scale"].double, noise: try value["noiseVariance"].double)
            try Reference.expect(messages.outputs.mean.values, value["omega"], within: 1e-11)
            try Reference.expect(
                messages.outputs.variance.values, value["variance"], within: 1e-11)
            let targets = try Reference.matrix(value["targets"])
            let moments = (0..<targets.rows).map { row in
                (0..<targets.columns).map { column in
                    StepFactor.known(
                        sign: targets[row, column], mean: messages.outputs.mean[row, column],
                        variance: messages.outputs.variance[row, column])
                }
            }
            let all = moments.flatMap { $0 }
            try Reference.expect(all.map(\.logNormalizer), value["logZ"], within: 1e-11)
            try Reference.expect(all.map(\.slope), value["g"], within: 1e-11)
            try Reference.expect(all.map(\.curvature), value["gamma"], within: 1e-11)
            for isExact in [true, false] {
                try expectWeights(
                    messages, moments, isExact: isExact,
                    value[isExact ? "exactMessages" : "relaxedMessages"])
            }
            let exact = try value["exactMessages"]
            let biases = moments.flatMap { row in
                row.enumerated().map { messages.toBias($0.offset, moments: $0.element) }
            }
            try Reference.expect(biases.map(\.precision), exact["biasG"], within: 1e-11)
            try Reference.expect(biases.map(\.linear), exact["biasH"], within: 1e-11)
            let inputs = messages.toInputs(moments)
            try Reference.expect(inputs.precision.values, exact["inputA"], within: 1e-11)
            try Reference.expect(inputs.linear.values, exact["inputB"], within: 1e-11)
        }
    }

    private func expectWeights(
        _ messages: LinearMessages, _ moments: [[FactorMoments]], isExact: Bool,
        _ expected: ReferenceValue
    ) throws {
        var found: [NaturalGaussian] = []
        for (sample, row) in moments.enumerated() {
            for (i, factor) in row.enumerated() {
                for j in 0..<messages.weights.mean.rows {
                    found.append(
                        messages.toWeight(j, i, sample: sample, moments: factor, isExact: isExact))
                }
            }
        }
        try Reference.expect(found.map(\.precision), expected["weightG"], within: 1e-11)
        try Reference.expect(found.map(\.linear), expected["weightH"], within: 1e-11)
    }

    // MARK: - Sites

    @Test(.reference(.siteUpdates)) func siteUpdates() throws {
        let file = try ReferenceFile.siteUpdates.value()
        for value in try file["shared"].items {
            let sites = SharedSites(
                samples: try value["N"].int, memory: try value["kappa"].double,
                gain: try value["gamma"].double)
            var totals = MessageMatrix(
                precision: try Reference.row(value["initialG"]),
                linear: try Reference.row(value["initialH"]))
            for step in try value["steps"].items {
                let cavity = totals.scaled(by: sites.cavityShare)
                try expect(cavity, step["cavityG"], step["cavityH"])
                let count = try value["M"].int
                totals = sites.updated(totals, with: try messages(step), batch: count)
                try Reference.expect(
                    sites.forgetting(batch: count), step["epsilon"], within: 1e-11)
                try expect(totals, step["totalG"], step["totalH"])
            }
        }
        for value in try file["storedBatchSites"].items {
            let steps = try value["steps"].items
            let batches = 1 + (try steps.map { try $0["batch"].int }.max() ?? 0)
            let width = try steps[0]["cavityG"].numbers.count
            var sites = StoredSites(
                batches: batches, rows: 1, columns: width, damping: try value["delta"].double)
            for step in steps {
                let batch = try step["batch"].int
                try expect(
                    sites.cavity(ofBatch: batch, samples: try value["M"].int), step["cavityG"],
                    step["cavityH"])
                sites.update(batch: batch, with: try messages(step))
                try expect(sites.sites[batch], step["siteG"], step["siteH"])
                try expect(sites.totals, step["totalG"], step["totalH"])
            }
        }
        for value in try file["scalarProbit"].items { try expectProbit(value) }
    }

    private func expect(
        _ found: MessageMatrix, _ precision: ReferenceValue, _ linear: ReferenceValue
    ) throws {
        try Reference.expect(found.precision.values, precision, within: 1e-11)
        try Reference.expect(found.linear.values, linear, within: 1e-11)
    }

    /// The messages of a batch, summed over its samples.
    private func messages(_ step: ReferenceValue) throws -> MessageMatrix {
        func sum(_ value: ReferenceValue) throws -> PlainMatrix {
            let rows = try Reference.matrix(value)
            var sum = PlainMatrix(rows: 1, columns: rows.columns)
            for row in 0..<rows.rows {
                for column in 0..<rows.columns { sum[0, column] += rows[row, column] }
            }
            return sum
        }
        return MessageMatrix(
            precision: try sum(step["messagesG"]), linear: try sum(step["messagesH"]))
    }

    /// One weight with the likelihood Π Φ(y x w/σ): sites after a sweep, at the fixed point, and those of average EP.
    private func expectProbit(_ value: ReferenceValue) throws {
        let x = try value["x"].numbers, y = try value["y"].numbers
        let noise = try value["noiseVariance"].double
        let prior = NaturalGaussian(mean: 0, variance: try value["priorVariance"].double)
        func site(_ index: Int, _ cavity: NaturalGaussian) -> NaturalGaussian {
            // In units of u = x w.
            let moments = StepFactor.known(
                sign: y[index], mean: x[index] * cavity.mean,
                variance: x[index] * x[index] * cavity.variance, noise: noise)
            let ownG = x[index] * moments.slope, ownGamma = x[index] * x[index] * moments.curvature
            let tilted = FactorMoments(
                logNormalizer: moments.logNormalizer, slope: ownG, curvature: ownGamma
            ).tilted(mean: cavity.mean, variance: cavity.variance)
            return NaturalGaussian(mean: tilted.mean, variance: tilted.variance) / cavity
        }
        var sites = Array(repeating: NaturalGaussian.flat, count: x.count)
        func sweep() {
            for index in x.indices {
                let cavity = sites.enumerated().reduce(prior) {
                    $1.offset == index ? $0 : $0 * $1.element
                }
                sites[index] = site(index, cavity)
            }
        }
        sweep()
        try Reference.expect(sites.map(\.precision), value["afterFirstSweepG"], within: 1e-11)
        try Reference.expect(sites.map(\.linear), value["afterFirstSweepH"], within: 1e-11)
        for _ in 0..<400 { sweep() }
        try Reference.expect(sites.map(\.precision), value["epG"], within: 1e-8)
        try Reference.expect(sites.map(\.linear), value["epH"], within: 1e-8)
        let posterior = sites.reduce(prior, *)
        try Reference.expect(posterior.mean, value["epMean"], within: 1e-8)
        try Reference.expect(posterior.variance, value["epVariance"], within: 1e-8)

        // All samples from one cavity, whose mean site is kept.
        let rule = SharedSites(samples: x.count)
        var totals = MessageMatrix(rows: 1, columns: 1)
        for _ in 0..<4000 {
            let cavity = prior * totals.scaled(by: rule.cavityShare)[0, 0]
            var sum = MessageMatrix(rows: 1, columns: 1)
            for index in x.indices { sum[0, 0] = sum[0, 0] * site(index, cavity) }
            // Half steps, so that the fixed point is reached and not circled.
            totals =
                totals.scaled(by: 0.5)
                + rule.updated(totals, with: sum, batch: x.count)
                .scaled(by: 0.5)
        }
        let average = totals.scaled(by: 1 / Double(x.count))[0, 0]
        try Reference.expect(average.precision, value["averageSiteG"], within: 1e-8)
        try Reference.expect(average.linear, value["averageSiteH"], within: 1e-8)
        let whole = prior * totals[0, 0]
        try Reference.expect(whole.mean, value["averageMean"], within: 1e-8)
        try Reference.expect(whole.variance, value["averageVariance"], within: 1e-8)
        // The distribution that both are near to, by quadrature.
        let exact = exactProbit(x, y, noise: noise, prior: prior.variance)
        try Reference.expect(exact.mean, value["exactMean"], within: 1e-8)
        try Reference.expect(exact.variance, value["exactVariance"], within: 1e-8)
        #expect(abs(posterior.mean - exact.mean) < 0.1 * exact.variance.squareRoot())
    }

    /// Moments of the posterior on a fine grid; the tails are cut 14 deviations from the prior's mean.
    private func exactProbit(
        _ x: [Double], _ y: [Double], noise: Double, prior: Double
    ) -> (mean: Double, variance: Double) {
        let reach = 14 * prior.squareRoot(), count = 4000
        var sums = (0.0, 0.0, 0.0)
        for index in 0...count {
            let w = reach * (2 * Double(index) / Double(count) - 1)
            let log = x.indices.reduce(NormalDistribution.logDensity(w / prior.squareRoot())) {
                $0 + NormalDistribution.logCumulative(y[$1] * x[$1] * w / noise.squareRoot())
            }
            let mass = exp(log)
            sums = (sums.0 + mass, sums.1 + mass * w, sums.2 + mass * w * w)
        }
        let mean = sums.1 / sums.0
        return (mean, sums.2 / sums.0 - mean * mean)
    }
}
