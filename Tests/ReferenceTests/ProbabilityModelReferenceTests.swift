import Foundation
import RanvierCompression
import RanvierTensors
import Testing

/// `probability_model.json`: the probability that a spike changes, and what follows from it.
@Suite struct ProbabilityModelReferenceTests {

    private func vectors() throws -> ReferenceValue {
        try ReferenceFile.probabilityModel.value()
    }

    private func close(_ a: Double, _ b: Double, _ tolerance: Double = 1e-12) -> Bool {
        abs(a - b) <= tolerance * (1 + abs(b))
    }

    @Test(.reference(.probabilityModel)) func intervals() throws {
        let file = try vectors()
        let threshold = try file["agreement"]["theta"].double
        for entry in try file["crisis"].items {
            let sd = try entry["sd"].double, error = try entry["eps"].double
            let membrane = GaussianMembrane(mean: try entry["mu"].double, variance: sd * sd)
            let exact = FiringChange.interval(membrane, threshold: threshold, error: error)
            let expected = try entry["exact"].double
            // Relative, also in the tails.
            #expect(abs(exact - expected) <= 1e-9 * expected, "\(entry.place)")
            #expect(
                close(
                    membrane.largestDensity(within: error, of: threshold),
                    try entry["p_sup"].double))
            let bound = FiringChange.bound(membrane, threshold: threshold, error: error)
            #expect(close(bound, min(1, try entry["bound"].double)))
            // An interval has two sides: twice the shift of one.
            let linear = FiringChange.linear(membrane, threshold: threshold, error: 2 * error)
            #expect(close(linear, min(1, try entry["linear"].double)))
            guard error > 0 else { continue }
            // Leak and steps, which the file holds as factors.
            let memory = MembraneMemory(leak: 1 - error / (try entry["eps_limit"].double))
            #expect(close(error * memory.limit, try entry["eps_limit"].double))
            let late = try entry["eps_after_T"].double
            let steps = try #require(
                (0..<1000).first { close(error * memory.sizeFactor(at: $0), late, 1e-9) })
            let after = FiringChange.interval(
                membrane, threshold: threshold, error: error * memory.sizeFactor(at: steps))
            #expect(close(after, try entry["exact_after_T"].double, 1e-9))
            for key in entry.keys where key.hasPrefix("layer_bound_N") {
                let neurons = try #require(Double(key.dropFirst("layer_bound_N".count)))
                let layer = min(
                    1,
                    neurons * 2 * membrane.largestDensity(within: error, of: threshold) * error
                        * memory.limit)
                #expect(close(layer, try entry[key].double))
            }
        }
    }

    @Test(.reference(.probabilityModel)) func widths() throws {
        for entry in try vectors()["widths"].items {
            let width = TicketWidth(
                neurons: try entry["N"].int, error: try entry["eps"].double,
                failure: try entry["delta"].double, threshold: try entry["u_th"].double,
                layers: try entry["L"].int, steps: try entry["T"].int,
                largestDensity: try entry["p_sup"].double, leak: try entry["beta"].double)
            #expect(close(width.thresholdConstant, try entry["C_th"].double))
            #expect(close(width.changeConstant, try entry["C"].double))
            #expect(close(width.largestError, try entry["eps_feasible_max"].double))
            for (key, found) in [
                ("single_weight", width.synapse), ("neuron", width.neuron),
                ("layer_linear", width.layerCurrents), ("layer_spiking", width.layerSpikes),
                ("network_T1", width.networkInOneStep), ("network_T", width.network),
                ("network_T_block_argument", width.networkByBlocks),
            ] as [(String, Double?)] {
                #expect(found == (try entry.optional(key)?.double), "\(entry.place)/\(key)")
            }
        }
    }

    @Test(.reference(.probabilityModel)) func synapses() throws {
        for entry in try vectors()["single_weight_success"].items {
            let width = TicketWidth(
                neurons: 1, error: try entry["eps"].double, failure: 0.5,
                threshold: try entry["u_th"].double)
            #expect(
                close(
                    width.success(ofSynapseWith: try entry["k"].double),
                    try entry["success_lower"].double))
        }
    }

    @Test(.reference(.probabilityModel)) func pruningScore() throws {
        let file = try vectors()["criterion"]
        let shape = try file["shape"].ints
        let sigma = try file["sigma_batch"].flat, epsilon = try file["eps_bn"].double
        let gains = zip(try file["gamma"].flat, sigma).map {
            abs($0) / ($1 * $1 + epsilon).squareRoot()
        }
        let threshold = try file["theta"].double
        let layer = PruningLayer(
            name: "conv", weights: Tensor(try file["w"].flatFloats, shape: shape),
            order: .outputsFirst,
            inputRates: try file["input_rate"].flat,
            outputs: .init(
                membraneMean: try file["membrane_mean"].flat,
                membraneVariance: try file["membrane_var"].flat, threshold: threshold,
                normalizationGain: gains))
        let membranes = zip(
            try file["membrane_mean"].flat, try file["membrane_var"].flat
        ).map { GaussianMembrane(mean: $0, variance: $1) }
        for (membrane, expected) in zip(membranes, try file["density_at_threshold"].flat) {
            #expect(close(membrane.density(at: threshold), expected))
        }
        let scores = try FiringChangeCriterion().scores(of: [layer])[0].scalars
        for (a, b) in zip(scores, try file["score"].flat) {
            #expect(abs(Double(a) - b) <= 1e-6 * b + 1e-30)
        }
        // Score = expected shift × density: per operation the rate is not in it.
        let per = try FiringChangeCriterion(perOperation: true).scores(of: [layer])[0].scalars
        for (index, rate) in try file["input_rate"].flat.enumerated() where rate > 0 {
            for output in 0..<shape[0] {
                let at = layer.layout.index(output: output, input: index)
                #expect(close(Double(per[at]) * rate, Double(scores[at]), 1e-6))
            }
        }
        for entry in try file["masks"].items {
            let pruning = Pruning(.global(rate: try entry["rate"].double))
            for (key, criterion) in [
                ("prob", FiringChangeCriterion()), ("magnitude", MagnitudeCriterion()),
            ] as [(String, any PruningCriterion)] {
                #expect(
                    try criterion.prune([layer], by: pruning).masks[0].scalars
                        == (try entry[key].flatFloats), "\(entry.place)/\(key)")
            }
        }
    }

    @Test(.reference(.probabilityModel)) func agreement() throws {
        let file = try vectors()["agreement"]
        let shape = try file["shape"].ints
        let weights = try file["w"].flat, mask = try file["mask"].flat
        let threshold = try file["theta"].double
        let memory = MembraneMemory(leak: try file["beta"].double)
        // Weights are in single precision here, so that what follows from them agrees to seven digits: the estimates that are
        // compared more closely below take the file's own sizes.
        let w = Tensor(weights.map { Float($0) }, shape: shape)
        let pruned = w * Tensor(mask.map { Float($0) }, shape: shape)
        let change = try WeightChange(
            from: w, to: pruned, order: .outputsFirst, inputRates: try file["input_rate"].flat)
        for (found, key) in [
            (change.expected, "eps_expected"), (change.worst, "eps_worst"),
            (change.shiftMean, "shift_mean"),
            (change.shiftVariance.map { $0.squareRoot() }, "shift_sd"),
        ] {
            for (a, b) in zip(found, try file[key].flat) { #expect(close(a, b, 1e-6), "\(key)") }
        }
        var own = change
        own.expected = try file["eps_expected"].flat
        own.worst = try file["eps_worst"].flat
        own.shiftMean = try file["shift_mean"].flat
        own.shiftVariance = try file["shift_sd"].flat.map { $0 * $0 }
        let means = try file["membrane_mean"].items.map { try $0.flat }
        let variances = try file["membrane_var"].items.map { try $0.flat }
        let membranes = zip(means, variances).map {
            zip($0, $1).map { GaussianMembrane(mean: $0, variance: $1) }
        }
        for step in 0..<(try file["T"].int) {
            #expect(close(memory.sizeFactor(at: step), try file["error_factor"].flat[step]))
            #expect(
                close(memory.varianceFactor(at: step), try file["variance_factor"].flat[step]))
        }
        for estimate in ChangeEstimate.allCases {
            let found = AgreementPrediction(
                estimate, membranes: membranes, change: own, threshold: threshold, memory: memory)
            // The reference integral itself is good to 10⁻⁸.
            let tolerance = estimate == .bivariate ? 1e-8 : 1e-11
            for (row, expected) in zip(
                found.change, try file["change_prob_\(estimate.rawValue)"].items)
            {
                for (a, b) in zip(row, try expected.flat) {
                    #expect(close(a, b, tolerance), "\(estimate)")
                }
            }
            if let union = file.optional("agreement_union_\(estimate.rawValue)") {
                #expect(close(found.union, try union.double, 1e-9))
            }
            if let product = file.optional("agreement_product_\(estimate.rawValue)") {
                #expect(close(found.product, try product.double, 1e-8))
            }
        }
        // A simulation, of which the file says that it is not to be compared tightly.
        let simulated = try file["measured"]["per_step_change"].flat.reduce(0, +)
        let bivariate = AgreementPrediction(
            .bivariate, membranes: membranes, change: own, threshold: threshold, memory: memory)
        let predicted = bivariate.change.reduce(0) { $0 + $1.reduce(0, +) }
        #expect(predicted > simulated / 2 && predicted < simulated * 2)
    }
}
