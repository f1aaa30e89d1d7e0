import Foundation
import RanvierData
import RanvierFormats
import RanvierTensors
import RanvierTestSupport
import Testing

@Suite struct ScalingTests {
    // Two samples of [2, 2]: the last axis is the channel.
    private func data() throws -> Dataset {
        try Dataset(
            name: "toy", values: [0, 10, 2, 30, 4, 10, 6, 50], featureShape: [2, 2], labels: [0, 1])
    }

    @Test func standardPerChannel() throws {
        let fit = try Scaling(fitting: data(), scope: .perChannel)
        #expect(fit.offset == [3, 25])
        // Population variances: 5 and 275.
        #expect(abs(fit.scale[0] - 5.0.squareRoot()) < 1e-6)
        #expect(abs(fit.scale[1] - 275.0.squareRoot()) < 1e-5)
        let values = try fit(data()).features(of: [0, 1])
        let mean = values.mean(axes: [0, 1]).scalars
        let square = (values * values).mean(axes: [0, 1]).scalars
        #expect(mean.allSatisfy { abs($0) < 1e-6 } && square.allSatisfy { abs($0 - 1) < 1e-6 })
    }

    @Test func minMaxPerFeatureAndGlobal() throws {
        let fit = try Scaling(fitting: data(), kind: .minMax, scope: .perFeature)
        #expect(fit.offset == [0, 10, 2, 30] && fit.scale == [4, 1, 4, 20])
        #expect(try fit(data()).values == [0, 0, 0, 0, 1, 0, 1, 1])
        let global = try Scaling(fitting: data(), kind: .minMax, scope: .global)
        #expect(global.offset == [0] && global.scale == [50])
        let features = try data().features(of: [0, 1])
        #expect(
            zip(global.inverse(global(features)).scalars, features.scalars)
                .allSatisfy { abs($0 - $1) < 1e-5 })
    }

    /// Trained on 0…4 and 10…11: outliers are clipped, counted, and the furthest is named; `standard` clips nothing.
    @Test func minMaxClipsOutliersAndTellsThem() throws {
        func table(_ values: [Float]) throws -> Dataset {
            try Dataset(
                name: "table", values: values, featureShape: [2],
                targets: .none(count: values.count / 2)
            ).naming(features: ["flow", "heat"])
        }
        let training = try table([0, 10, 4, 11])
        let test = try table([2, 10.5, 5, 9, -3, 11, 4, 14])
        let fit = try Scaling(fitting: training, kind: .minMax)
        #expect(try fit(test).values == [0.5, 0.5, 1, 0, 0, 1, 1, 1])
        let warning = try #require(fit.clippingWarning(of: test, part: "test samples"))
        for part in ["4 values in 3 of 4 test samples", "14.0 in 'heat' (sample 3)", "10", "11"] {
            #expect(warning.contains(part), "\(warning)")
        }
        #expect(fit.clippingWarning(of: training, part: "samples") == nil)
        let standard = try Scaling(fitting: training)
        #expect(standard.clippingWarning(of: test, part: "samples") == nil)
        #expect(try standard(test).values.max() ?? 0 > 6)
        // Rows of a sequence are named.
        let rows = try Dataset(
            name: "rows", values: [0, 10, 4, 11], featureShape: [2, 2], targets: .none(count: 1)
        ).naming(features: ["flow", "heat"])
        #expect(rows.place(ofValue: 3) == "'heat' of row 1")
        #expect(try table([1, 2]).place(ofValue: 1) == "'heat'")
    }

    @Test func survivesJSONAndRefusesOtherShapes() throws {
        let fit = try Scaling(fitting: data())
        let copy = try JSONDecoder().decode(
            Scaling.self, from: JSONEncoder().encode(fit))
        #expect(copy == fit)
        expectDataError(.countMismatch, mentioning: ["[2, 2]", "[4]"]) {
            _ = try fit(data().flattened)
        }
        expectDataError(.countMismatch) { _ = try Scaling(fitting: data().subset([])) }
    }
}
