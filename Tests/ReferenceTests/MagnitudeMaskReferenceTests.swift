import Foundation
import RanvierCompression
import RanvierTensors
import Testing

/// `magnitude_masks.json`: masks, counts and thresholds of every rule and scope.
///
/// Weights are rounded to single precision; masks and counts are exact all the same, thresholds to six digits.
@Suite struct MagnitudeMaskReferenceTests {

    @Test(.reference(.magnitudeMasks)) func masks() throws {
        let cases = try ReferenceFile.magnitudeMasks.value()["cases"].items
        #expect(!cases.isEmpty)
        for entry in cases {
            let shapes = try entry["shapes"].items.map { try $0.ints }
            let weights = try entry["weights"].items.map { try $0.flatFloats }
            let alive = try entry["alive"].items.map { try $0.flatFloats }
            let layers = zip(shapes, zip(weights, alive)).enumerated().map {
                ScoredLayer(
                    name: "\($0)", scores: Tensor($1.1.0, shape: $1.0),
                    alive: Tensor($1.1.1, shape: $1.0))
            }
            for result in try entry["results"].items { try check(result, layers) }
        }
    }

    private func check(_ result: ReferenceValue, _ layers: [ScoredLayer]) throws {
        let rate = try result["rate"].double
        let living = layers.reduce(0) { sum, layer in
            sum + (layer.alive ?? .ones(layer.scores.shape)).scalars.count { $0 != 0 }
        }
        for (key, scope, rule) in [
            ("global_exact", PruningScope.global(rate: rate), PruningRule.exactCount),
            ("global_threshold", .global(rate: rate), .thresholdStrict),
            ("layerwise_exact", .layerWise(rate: rate), .exactCount),
            ("layerwise_percentile", .layerWise(rate: rate), .percentile),
        ] {
            guard let expected = result.optional(key) else {
                print("skipped: \(result.place) has no '\(key)'")
                continue
            }
            let outcome = try Pruning(scope, rule: rule, guardsLayers: false).masks(of: layers)
            let label = Comment(rawValue: expected.place)
            #expect(
                outcome.masks.map(\.scalars)
                    == (try expected["masks"].items.map { try $0.flatFloats }),
                label)
            #expect(outcome.living.reduce(0, +) == (try expected["alive"].int), label)
            #expect(living - outcome.removed == (try expected["alive"].int), label)
            if let count = expected.optional("pruned_now") {
                #expect(outcome.removed == (try count.int), label)
            }
            if let densities = expected.optional("layer_density") {
                for (a, b) in zip(outcome.densities, try densities.flat) {
                    #expect(abs(a - b) <= 1e-12, label)
                }
            }
            switch rule {
            case .exactCount: break
            case .thresholdStrict:
                try expect(outcome.thresholds[0], expected.optional("threshold")?.double, label)
            case .percentile:
                for (a, b) in zip(
                    outcome.thresholds, try expected["thresholds"].optionalNumbers)
                {
                    try expect(a, b, label)
                }
            }
            // The guard changes nothing but layers that are empty, which keep their largest.
            let guarded = try Pruning(scope, rule: rule).masks(of: layers)
            for (index, mask) in guarded.masks.enumerated() {
                let isEmpty = outcome.living[index] == 0
                #expect(guarded.guarded.contains("\(index)") == isEmpty, label)
                #expect(
                    isEmpty
                        ? guarded.living[index] == 1 : mask.scalars == outcome.masks[index].scalars)
            }
        }
    }

    private func expect(_ found: Double?, _ expected: Double?, _ label: Comment) throws {
        #expect((found == nil) == (expected == nil), label)
        guard let found, let expected else { return }
        #expect(abs(found - expected) <= 1e-6 * (1 + abs(expected)), label)
    }

    @Test(.reference(.magnitudeMasks)) func densitySchedule() throws {
        let file = try ReferenceFile.magnitudeMasks.value()["schedule"]
        let schedule = DensitySchedule(rate: try file["rate_per_round"].double)
        let densities = try file["density"].flat
        for (round, density) in densities.enumerated() {
            #expect(abs(schedule.density(after: round) - density) <= 1e-12 * density)
            #expect(schedule.rounds(toReach: density) == round)
        }
        for (density, sparsity) in zip(densities, try file["sparsity_percent"].flat) {
            #expect(abs(100 * (1 - density) - sparsity) <= 1e-9)
        }
    }
}
