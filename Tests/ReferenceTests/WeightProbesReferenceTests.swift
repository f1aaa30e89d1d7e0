import RanvierAlignment
import RanvierData
import Testing

/// Weights inferred from spikes, and the classes of Yin-Yang.
@Suite struct WeightProbesReferenceTests {
    @Test(.reference(.probes)) func inference() throws {
        let file = try ReferenceFile.probes.value()["stdwi"]
        let inputs = try file["pre_steps"].items.map { Set(try $0.ints) }
        let outputs = try file["post_steps"].items.map { Set(try $0.ints) }
        var inference = StepwiseInference(
            estimate: try file["estimate0"].rows, timeStep: try file["dt"].double,
            timeConstants: (try file["tau_fast"].double, try file["tau_slow"].double),
            jumps: (try file["a_fast"].double, try file["a_slow"].double),
            rate: try file["alpha"].double, decay: try file["beta"].double)
        for step in 0..<(try file["steps"].int) {
            inference.step(
                inputs: Set(inputs.indices.filter { inputs[$0].contains(step) }),
                outputs: Set(outputs.indices.filter { outputs[$0].contains(step) }))
        }
        func expect(_ found: [Double], _ wanted: [Double]) {
            #expect(found.count == wanted.count)
            #expect(zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-9 })
        }
        expect(inference.estimate.flatMap(\.self), try file["estimate1"].rows.flatMap(\.self))
        expect(inference.fast, try file["final_fast"].numbers)
        expect(inference.slow, try file["final_slow"].numbers)
    }

    @Test(.reference(.probes)) func discontinuity() throws {
        let file = try ReferenceFile.probes.value()["rdd"]
        var fit = DiscontinuityFit(
            threshold: try file["threshold"].double, rate: try file["eta"].double)
        let drives = try file["u_max"].numbers, changes = try file["delta_reward"].numbers
        let fired = try file["spiked"].items.map { try $0.bool }
        let effects = try file["beta_after_each"].numbers
        #expect(Set([drives.count, changes.count, fired.count, effects.count]).count == 1)
        for trial in drives.indices {
            fit.take(drive: drives[trial], hasFired: fired[trial], change: changes[trial])
            #expect(abs(fit.effect - effects[trial]) < 1e-9, "trial \(trial)")
        }
        let last = try file["coefficients_final"]
        #expect(abs(fit.fired.intercept - (try last["c1_spiked"].double)) < 1e-9)
        #expect(abs(fit.fired.slope - (try last["c2_spiked"].double)) < 1e-9)
        #expect(abs(fit.almost.intercept - (try last["c1_almost"].double)) < 1e-9)
        #expect(abs(fit.almost.slope - (try last["c2_almost"].double)) < 1e-9)
    }

    /// The data set classifies as the vectors do, and its features are theirs.
    @Test(.reference(.yinYang)) func yinYang() throws {
        let file = try ReferenceFile.yinYang.value()
        #expect(abs(YinYang.discRadius - (try file["r_big"].double)) < 1e-12)
        #expect(abs(YinYang.dotRadius - (try file["r_small"].double)) < 1e-12)
        let points = try file["points"].rows, labels = try file["labels"].ints
        let features = try file["features"].rows
        #expect(points.count == labels.count && points.count == features.count && !points.isEmpty)
        for (index, point) in points.enumerated() {
            #expect(YinYang.label(x: point[0], y: point[1]) == labels[index], "\(point)")
            let own = [point[0], point[1], 1 - point[0], 1 - point[1]]
            #expect(zip(own, features[index]).allSatisfy { abs($0 - $1) < 1e-9 })
        }
    }
}
