import RanvierBayes
import Testing

@Suite("Reference: moments of expectation propagation")
struct BayesMomentReferenceTests {
    private typealias Reference = BayesReference

    @Test(.reference(.stepMoments)) func stepMoments() throws {
        let file = try ReferenceFile.stepMoments.value()
        for point in try file["normal"].items {
            let z = try point["z"].double
            try Reference.expect(
                NormalDistribution.logCumulative(z), point["logPhi"], within: 1e-9)
            try Reference.expect(NormalDistribution.hazard(z), point["hazard"], within: 1e-9)
            try Reference.expect(
                NormalDistribution.hazardPlusArgument(z), point["hazardPlusZ"], within: 1e-9)
            try Reference.expect(NormalDistribution.curvature(z), point["VGamma"], within: 1e-9)
        }
        for step in try file["hardStep"].items {
            let (mean, variance) = (try step["mean"].double, try step["variance"].double)
            let moments = StepFactor.known(
                sign: try step["y"].double, mean: mean, variance: variance,
                noise: try step["noiseVariance"].double)
            try expect(moments, step, mean: mean, variance: variance)
        }
        for step in try file["softStep"].items {
            let (mean, variance) = (try step["omega"].double, try step["variance"].double)
            let (moments, probability) = StepFactor.uncertain(
                mean: mean, variance: variance, logOdds: try step["eta"].double)
            try expect(moments, step, mean: mean, variance: variance)
            try Reference.expect(
                moments.concave.curvature, step["gammaClipped"], within: 1e-9)
            try Reference.expect(probability, step["spikeProbability"], within: 1e-9)
        }
        for neuron in try file["stochasticLogistic"].items {
            let probability = StepFactor.logisticProbability(
                mean: try neuron["omega"].double, variance: try neuron["variance"].double)
            try Reference.expect(probability, neuron["probitApprox"], within: 1e-9)
            #expect(abs(probability - (try neuron["logisticMean"].double)) < 0.02)
        }
    }

    private func expect(
        _ moments: FactorMoments, _ step: ReferenceValue, mean: Double, variance: Double
    ) throws {
        try Reference.expect(moments.logNormalizer, step["logZ"], within: 1e-9)
        try Reference.expect(moments.slope, step["g"], within: 1e-9)
        try Reference.expect(moments.curvature, step["gamma"], within: 1e-9)
        let tilted = moments.tilted(mean: mean, variance: variance)
        try Reference.expect(tilted.mean, step["tiltedMean"], within: 1e-9)
        try Reference.expect(tilted.variance, step["tiltedVariance"], within: 1e-9)
    }

    @Test(.reference(.activations)) func activations() throws {
        let file = try ReferenceFile.activations.value()
        let words: [(String, HiddenActivation)] = [
            ("spike01", .spike), ("spikePM1", .signedSpike), ("relu", .rectified),
        ]
        for point in try file["forward"].items {
            for (word, activation) in words {
                let moments = activation.moments(
                    mean: try point["omega"].double, variance: try point["variance"].double)
                try Reference.expect(moments.mean, point[word]["mean"], within: 1e-10)
                try Reference.expect(moments.variance, point[word]["variance"], within: 1e-10)
            }
        }
        for point in try file["reluTilted"].items {
            let (moments, positive) = RectifiedFactor.moments(
                mean: try point["omega"].double, variance: try point["variance"].double,
                message: NaturalGaussian(
                    precision: try point["A"].double, linear: try point["B"].double))
            try Reference.expect(moments.logNormalizer, point["logZ"], within: 1e-8)
            try Reference.expect(moments.slope, point["g"], within: 1e-8)
            try Reference.expect(moments.curvature, point["gamma"], within: 1e-8)
            try Reference.expect(positive, point["probPositive"], within: 1e-8)
        }
    }

    @Test(.reference(.gaussianAlgebra)) func gaussianAlgebra() throws {
        let file = try ReferenceFile.gaussianAlgebra.value()
        for point in try file["cases"].items {
            func gaussian(_ key: String) throws -> NaturalGaussian {
                let numbers = try point[key].numbers
                return NaturalGaussian(mean: numbers[0], variance: numbers[1])
            }
            let a = try gaussian("a"), b = try gaussian("b")
            try Reference.expect(
                [(a * b).mean, (a * b).variance], point["product"], within: 1e-12)
            try Reference.expect(
                NaturalGaussian.logOverlap(a, b), point["logNorm"], within: 1e-12)
            let cavity = try gaussian("posterior") / a
            let expected = try point["cavityAfterRemovingA"]
            try Reference.expect(cavity.precision, expected["precision"], within: 1e-12)
            try Reference.expect(cavity.linear, expected["precisionMean"], within: 1e-12)
            try Reference.expect(cavity.mean, expected["mean"], within: 1e-12)
            try Reference.expect(cavity.variance, expected["variance"], within: 1e-12)
        }
    }

    @Test(.reference(.weightFamilies)) func weightFamilies() throws {
        let file = try ReferenceFile.weightFamilies.value()
        for point in try file["gaussian"].items {
            let prior = WeightFamily.Prior(
                mean: try point["priorMean"].double, variance: try point["priorVariance"].double)
            try expect(.gaussian, prior, point, precision: try point["G"].double)
        }
        for point in try file["binary"].items {
            let prior = WeightFamily.Prior(mean: try point["theta0"].double)
            // G says nothing of ±1, whatever it is.
            try expect(.binary, prior, point, precision: 3)
            let shares = WeightFamily.binary.probabilities(
                prior: prior, site: NaturalGaussian(precision: 0, linear: try point["H"].double))
            try Reference.expect(shares[1], point["probPlus"], within: 1e-12)
        }
        for point in try file["ternary"].items {
            try expectDiscrete(
                .ternary(logPriorOfZero: try point["logPriorZero"].double), point)
        }
        for point in try file["categorical"].items {
            try expectDiscrete(
                .categorical(
                    support: try point["support"].numbers, logPrior: try point["logPrior"].numbers),
                point)
        }
    }

    private func expect(
        _ family: WeightFamily, _ prior: WeightFamily.Prior, _ point: ReferenceValue,
        precision: Double
    ) throws {
        let site = NaturalGaussian(precision: precision, linear: try point["H"].double)
        let moments = family.moments(prior: prior, site: site)
        try Reference.expect(moments.mean, point["mean"], within: 1e-12)
        try Reference.expect(moments.variance, point["variance"], within: 1e-12)
    }

    private func expectDiscrete(_ family: WeightFamily, _ point: ReferenceValue) throws {
        let precision = try point["G"].double, prior = WeightFamily.Prior()
        try expect(family, prior, point, precision: precision)
        let site = NaturalGaussian(precision: precision, linear: try point["H"].double)
        try Reference.expect(
            family.probabilities(prior: prior, site: site), point["probs"], within: 1e-12)
    }

    @Test(.reference(.outputLikelihoods)) func outputLikelihoods() throws {
        let file = try ReferenceFile.outputLikelihoods.value()
        let nodes = try file["quadratureNodes"]
        let rule = GaussHermiteRule(count: try nodes.numbers.count)
        try Reference.expect(rule.nodes, nodes, within: 1e-12)
        try Reference.expect(rule.weights, file["quadratureWeights"], within: 1e-12)
        for value in try file["classification"].items {
            let omega = try Reference.matrix(value["omega"])
            let variance = try Reference.matrix(value["variance"])
            let labels = try value["label"].ints
            for (word, factor) in [
                ("argmax", OutputFactor.argmax), ("pairwise", .pairwise),
                ("oneVsAll", .oneVersusAll),
            ] {
                let moments = labels.enumerated().map {
                    factor.moments(
                        means: omega.row($0.offset), variances: variance.row($0.offset),
                        label: $0.element, rule: rule)
                }
                let expected = try value[word]
                try Reference.expect(
                    moments.map(\.logNormalizer), expected["logZ"], within: 1e-9)
                try Reference.expect(moments.flatMap(\.slopes), expected["g"], within: 1e-9)
                try Reference.expect(
                    moments.flatMap(\.curvatures), expected["gamma"], within: 1e-9)
            }
            let shares = labels.indices.flatMap {
                OutputFactor.classProbabilities(
                    means: omega.row($0), variances: variance.row($0), rule: rule)
            }
            try Reference.expect(shares, value["classProbabilities"], within: 1e-9)
            try Reference.expect(shares, value["classProbabilitiesExact"], within: 1e-3)
        }
        for value in try file["gaussianRegression"].items {
            let moments = OutputFactor.gaussian(
                means: [try value["omega"].double],
                variances: [try value["varianceInclNoise"].double],
                targets: [try value["y"].double])
            try Reference.expect(moments.logNormalizer, value["logZ"], within: 1e-9)
            try Reference.expect(moments.slopes[0], value["g"], within: 1e-9)
            try Reference.expect(moments.curvatures[0], value["gamma"], within: 1e-9)
        }
    }
}
