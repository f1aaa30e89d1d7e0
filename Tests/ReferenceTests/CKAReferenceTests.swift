import Foundation
import RanvierAnalysis
import RanvierTensors
import Testing

/// `cka.json` of the method folder `surrogate-and-cka`.
@Suite struct CKAReferenceTests {
    static let method = "surrogate-and-cka"

    private func file() throws -> ReferenceValue {
        try #require(try ReferenceFolder.value(Self.method, "cka.json"))
    }

    private func kernel(
        _ features: Tensor, _ estimator: HSICEstimator
    ) throws -> CenteredKernel {
        try CenteredKernel(KernelMatrix(features: features), estimator: estimator)
    }

    @Test(.reference(method, "cka.json")) func pairs() throws {
        let pairs = try file()["pairs"].items
        #expect(!pairs.isEmpty)
        for pair in pairs {
            let x = try pair["x"].tensor, y = try pair["y"].tensor
            for (estimator, hsicKey, ckaKey) in [
                (HSICEstimator.biased, "hsic0", "ckaBiased"),
                (.unbiased, "hsic1", "ckaUnbiased"),
            ] {
                let k = try kernel(x, estimator), l = try kernel(y, estimator)
                let expected = try pair[hsicKey]
                let scale = max(try expected["kk"].double, try expected["ll"].double)
                for (key, found) in [
                    ("kk", k.hsic(with: k)), ("ll", l.hsic(with: l)), ("kl", k.hsic(with: l)),
                ] {
                    let wanted = try expected[key].double
                    #expect(abs(found - wanted) <= 1e-5 * scale, "\(pair.place) \(hsicKey) \(key)")
                }
                if let cka = pair.optional(ckaKey) {
                    #expect(
                        abs(k.alignment(with: l) - (try cka.double)) < 1e-5,
                        "\(pair.place) \(ckaKey)")
                } else {
                    #expect(k.alignment(with: l).isNaN)
                }
            }
        }
    }

    @Test(.reference(method, "cka.json")) func minibatch() throws {
        for entry in try file()["minibatch"].items {
            let size = try entry["batchSize"].int
            let x = try entry["x"].tensor, y = try entry["y"].tensor
            var sums = SimilarityAccumulator(layers: ["x", "y"])
            var ratios = 0.0
            for batch in 0..<(try entry["batches"].int) {
                let range = batch * size..<(batch + 1) * size
                let rows = try [x, y].map { try kernel($0.slice(range), .unbiased) }
                try sums.add(rows)
                ratios += rows[0].alignment(with: rows[1])
            }
            let cka = try entry["cka"].double
            #expect(abs(sums.alignment(0, 1) - cka) < 1e-5, "\(entry.place)")
            #expect(abs(sums.hsic[1] - (try entry["sumHSIC1"]["kl"].double)) < 1e-3)
            let mean = try entry["meanOfPerBatchCKA_notTheEstimator"].double
            #expect(abs(ratios / Double(sums.batches) - mean) < 1e-5)
        }
    }

    /// Spikes `[T, n, …]` against an artificial layer, from the bits and from the dense tensor.
    @Test(.reference(method, "cka.json")) func timeModes() throws {
        for entry in try file()["timeConcat"].items {
            let dense = try entry["snn_TNCHW"].tensor
            let artificial = KernelMatrix(features: try entry["ann"].tensor)
            for spikes in [dense, dense.packedAsSpikes] {
                for (mode, name) in [(TimeMode.concatenate, "Concat"), (.mean, "TimeMean")] {
                    for (estimator, ending) in [
                        (HSICEstimator.biased, "Biased"), (.unbiased, "Unbiased"),
                    ] {
                        let k = try CenteredKernel(
                            KernelMatrix(spikes, time: mode), estimator: estimator)
                        let l = try CenteredKernel(artificial, estimator: estimator)
                        let expected = try entry["cka\(name)\(ending)"].double
                        #expect(
                            abs(k.alignment(with: l) - expected) < 1e-5,
                            "\(entry.place) \(name) \(ending)")
                    }
                }
            }
        }
    }

    @Test(.reference(method, "cka.json")) func stepsAgainstSteps() throws {
        let layers = try file()["timeConcat"].items
        for entry in try file()["timeByTime"].items {
            let spikes = try layers[try entry["index"].int]["snn_TNCHW"].tensor.packedAsSpikes
            for estimator in HSICEstimator.allCases {
                let (shape, expected) = try entry[estimator.rawValue].array
                let steps = try (0..<shape[0]).map {
                    try CenteredKernel(
                        KernelMatrix(spikes, time: .perStep($0)), estimator: estimator)
                }
                for i in steps.indices {
                    for j in steps.indices {
                        let found = steps[i].alignment(with: steps[j])
                        #expect(abs(found - expected[i * shape[1] + j]) < 1e-5, "\(entry.place)")
                    }
                }
            }
        }
    }
}
