import Foundation
import RanvierCompression
import RanvierTensors
import Testing

/// `granularity.json`: scores, units, densities and balance. Scores are single-precision numbers, masks exact.
@Suite struct GranularityReferenceTests {

    private func vectors(_ key: String) throws -> ReferenceValue {
        try ReferenceFile.granularity.value()[key]
    }

    /// A layer whose weights lie as in the file, outputs first.
    private func layer(
        _ weights: [Double], _ shape: [Int], gradient: [Double]? = nil, rates: [Double]? = nil,
        alive: Tensor? = nil, name: String = "layer"
    ) -> PruningLayer {
        PruningLayer(
            name: name, weights: Tensor(weights.map { Float($0) }, shape: shape),
            order: .outputsFirst, alive: alive,
            gradient: gradient.map { Tensor($0.map { Float($0) }, shape: shape) },
            inputRates: rates)
    }

    private func expect(_ found: Tensor, _ expected: ReferenceValue) throws {
        let numbers = try expected.flat
        #expect(found.count == numbers.count)
        for (a, b) in zip(found.scalars, numbers) {
            #expect(abs(Double(a) - b) <= 1e-5 * abs(b) + 1e-7, Comment(rawValue: expected.place))
        }
    }

    @Test(.reference(.granularity)) func units() throws {
        let file = try vectors("structured")
        let shape = try file["shape"].ints
        let layer = layer(try file["w"].flat, shape)
        for (key, granularity, norm) in [
            ("filter_l1", Granularity.filters, UnitNorm.l1), ("filter_l2", .filters, .l2),
            ("input_channel_l1", .inputChannels, .l1), ("kernel_l1", .kernels, .l1),
        ] {
            try expect(
                try MagnitudeCriterion().unitScores(
                    of: layer, granularity: granularity, norm: norm),
                file[key])
        }
        for key in file.keys {
            for (prefix, granularity) in [
                ("filter_mask_drop", Granularity.filters), ("kernel_mask_drop", .kernels),
            ] where key.hasPrefix(prefix) {
                let expected = try file[key].flatFloats
                let dropped = expected.count { $0 == 0 }
                let outcome = try MagnitudeCriterion().prune(
                    [layer], by: Pruning(.global(rate: Double(dropped) / Double(expected.count))),
                    granularity: granularity)
                #expect(outcome.removed == dropped)
                // All weights of a unit alike: the unit's number in the file.
                let unit = shape.reduce(1, *) / expected.count
                #expect(
                    outcome.masks[0].scalars
                        == expected.flatMap { [Float](repeating: $0, count: unit) })
            }
        }
        let mask = NOfM(2, of: 4).mask(of: layer, scores: layer.weights)
        #expect(mask.scalars == (try file["two_of_four"].flatFloats))
    }

    @Test(.reference(.granularity)) func layerAdaptive() throws {
        let file = try vectors("lamp")
        let layers = try file["layers"].items.enumerated().map { index, entry in
            let weights = try entry["w"].flat
            return layer(weights, [1, weights.count], name: "\(index)")
        }
        let scores = LayerAdaptiveCriterion().scores(of: layers)
        for (found, entry) in zip(scores, try file["layers"].items) {
            try expect(found, entry["score"])
        }
        for key in file.keys where key.hasPrefix("global_mask_drop") {
            let expected = try file[key].flatFloats
            let dropped = expected.count { $0 == 0 }
            let outcome = try LayerAdaptiveCriterion().prune(
                layers, by: Pruning(.global(rate: Double(dropped) / Double(expected.count))))
            #expect(outcome.masks.flatMap(\.scalars) == expected)
            #expect(outcome.guarded.isEmpty)
        }
    }

    @Test(.reference(.granularity)) func saliency() throws {
        let file = try vectors("snip")
        let (shape, weights) = try file["w"].array
        // The gradient of the batch, through the tape.
        let x = try file["x"].tensor
        let w = Tensor(weights.map { Float($0) }, shape: shape).transposed().tracked()
        let gradient = x.matrixProduct(w).crossEntropy(labels: try file["labels"].ints)
            .gradients(for: [w])[0].transposed()
        try expect(gradient, file["grad"])
        let layer = layer(weights, shape, gradient: try file["grad"].flat)
        try expect(try SaliencyCriterion().scores(of: [layer])[0], file["saliency"])
        for key in file.keys where key.hasPrefix("mask_keep_0") {
            // `mask_keep_06` keeps 0.6.
            let digits = key.dropFirst("mask_keep_0".count)
            let keep = try #require(Double("0.\(digits)"))
            let outcome = try SaliencyCriterion().prune(
                [layer], by: Pruning(.global(rate: 1 - keep)))
            #expect(outcome.masks[0].scalars == (try file[key].flatFloats))
        }
    }

    @Test(.reference(.granularity)) func utilization() throws {
        let file = try vectors("utilisation")
        let balance = LoadBalance(elements: try file["n_pe"].int)
        for entry in try file["groups"].items {
            let group = try #require(balance.groups(of: try entry["loads"].ints).first)
            #expect(group.average == (try entry["average"].int))
            #expect(abs(group.utilization - (try entry["utilisation"].double)) <= 1e-12)
            #expect(group.wasted == (try entry["wasted"].int))
            #expect(group.cycles == (try entry["cycles"].int))
        }
    }

    @Test(.reference(.granularity)) func drive() throws {
        let file = try vectors("activity")
        let (shape, weights) = try file["w"].array
        let rates = try file["pre_rate"].flat
        let layer = layer(weights, shape, rates: rates)
        try expect(try DriveCriterion().scores(of: [layer])[0], file["drive"])
        #expect(SilentNeurons.indices(of: rates) == (try file["silent_inputs"].ints))
        #expect(
            SilentNeurons.indices(of: try file["post_rate"].flat)
                == (try file["silent_outputs"].ints))
        let outcome = try DriveCriterion().prune([layer], by: Pruning(.global(rate: 0.5)))
        #expect(outcome.masks[0].scalars == (try file["mask_drive_half"].flatFloats))
        let before = try SilentNeurons.operationsPerStep(of: layer)
        #expect(abs(before - (try file["synops_per_step_before"].double)) <= 1e-12)
        var pruned = layer
        pruned.alive = outcome.masks[0]
        let after = try SilentNeurons.operationsPerStep(of: pruned)
        #expect(abs(after - (try file["synops_per_step_after"].double)) <= 1e-12)
    }

    @Test(.reference(.granularity)) func densities() throws {
        let file = try vectors("erk")
        let shapes = try file["shapes"].items.map { try $0.ints }
        let found = try erdosRenyiDensities(
            of: shapes, density: try file["target_density"].double)
        for (a, b) in zip(found, try file["density"].flat) { #expect(abs(a - b) <= 1e-12) }
    }
}
