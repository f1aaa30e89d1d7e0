import Foundation
import RanvierAnalysis
import RanvierTensors
import Testing

/// `cka.json`.
@Suite struct CKAReferenceTests {
    private func file() throws -> ReferenceValue {
        try ReferenceFile.cka.value()
    }

    private func kernel(
        _ features: Tensor, _ estimator: HSICEstimator
    ) throws -> CenteredKernel {
        try CenteredKernel(KernelMatrix(features: features), estimator: estimator)
    }

    @Test(.reference(.cka)) func pairs() throws {
        let pairs = try file()["pairs"].items
        #expect(!pairs.isEmpty)
        for pair in pairs {
            let x = try KernelPair(KernelMatrix(features: pair["x"].tensor))
            let y = try KernelPair(KernelMatrix(features: pair["y"].tensor))
            for (estimator, hsicKey, ckaKey) in [
                (HSICEstimator.biased, "hsic0", "ckaBiased"),
                (.unbiased, "hsic1", "ckaUnbiased"),
            ] {
                let k = x[estimator], l = y[estimator]
                try expectTerms(
                    [k.hsic(with: k), l.hsic(with: l), k.hsic(with: l)], pair[hsicKey],
                    biased: (try pair["hsic0"]["kk"].double, try pair["hsic0"]["ll"].double))
                AlignmentNoise(x, y, estimator).expect(
                    k.alignment(with: l), try pair.optional(ckaKey)?.double,
                    "\(pair.place) \(ckaKey)")
            }
        }
    }

    /// HSICs `kk`, `ll`, `kl` up to the rounding of single precision, which goes by the size of the biased self terms.
    private func expectTerms(
        _ found: [Double], _ expected: ReferenceValue, biased: (k: Double, l: Double)
    ) throws {
        let scales = [biased.k, biased.l, (biased.k * biased.l).squareRoot()]
        for (index, key) in ["kk", "ll", "kl"].enumerated() {
            let wanted = try expected[key].double
            #expect(
                abs(found[index] - wanted) <= AlignmentNoise.share * scales[index],
                "\(expected.place) \(key): \(found[index]), expected \(wanted)")
        }
    }

    @Test(.reference(.cka)) func minibatch() throws {
        for entry in try file()["minibatch"].items {
            let size = try entry["batchSize"].int, batches = try entry["batches"].int
            let x = try entry["x"].tensor, y = try entry["y"].tensor
            let perBatch = try entry["perBatchHSIC1"].items
            try #require(perBatch.count == batches)
            var sums = SimilarityAccumulator(layers: ["x", "y"]), biased = sums
            var ratios: [Double] = [], isClear = true
            for batch in 0..<batches {
                let range = batch * size..<(batch + 1) * size
                let rows = try [x, y].map { try kernel($0.slice(range), .unbiased) }
                let biasedRows = try [x, y].map { try kernel($0.slice(range), .biased) }
                try sums.add(rows)
                try biased.add(biasedRows)
                try expectTerms(
                    [
                        rows[0].hsic(with: rows[0]), rows[1].hsic(with: rows[1]),
                        rows[0].hsic(with: rows[1]),
                    ], perBatch[batch],
                    biased: (
                        biasedRows[0].hsic(with: biasedRows[0]),
                        biasedRows[1].hsic(with: biasedRows[1])
                    ))
                ratios.append(rows[0].alignment(with: rows[1]))
                let noise = AlignmentNoise(rows, biasedRows)
                if noise.tolerance(at: 1).map({ $0 > 1e-3 }) ?? true { isClear = false }
            }
            try expectTerms(
                [sums.hsic[0], sums.hsic[3], sums.hsic[1]], entry["sumHSIC1"],
                biased: (biased.hsic[0], biased.hsic[3]))
            AlignmentNoise(sums, biased, 0, 1).expect(
                sums.alignment(0, 1), try entry.optional("cka")?.double, entry.place)
            // One batch whose self terms are nearly zero makes the mean of the ratios anything.
            guard isClear, let mean = entry.optional("meanOfPerBatchCKA_notTheEstimator")
            else { continue }
            let found = ratios.reduce(0, +) / Double(ratios.count)
            #expect(abs(found - (try mean.double)) < 1e-3, "\(entry.place)")
        }
    }

    /// Spikes `[T, n, …]` against an artificial layer, from the bits and from the dense tensor.
    @Test(.reference(.cka)) func timeModes() throws {
        for entry in try file()["timeConcat"].items {
            let dense = try entry["snn_TNCHW"].tensor
            let artificial = try KernelPair(KernelMatrix(features: entry["ann"].tensor))
            for spikes in [dense, dense.packedAsSpikes] {
                for (mode, estimator, key) in [
                    (TimeMode.concatenate, HSICEstimator.biased, "ckaConcatBiased"),
                    (.concatenate, .unbiased, "ckaConcatUnbiased"),
                    (.mean, .biased, "ckaTimeMeanBiased"),
                    (.mean, .unbiased, "ckaTimeMeanUnbiased"),
                ] {
                    let layer = try KernelPair(KernelMatrix(spikes, time: mode))
                    AlignmentNoise(layer, artificial, estimator).expect(
                        layer[estimator].alignment(with: artificial[estimator]),
                        try entry.optional(key)?.double, "\(entry.place) \(key)")
                }
            }
        }
    }

    @Test(.reference(.cka)) func stepsAgainstSteps() throws {
        let layers = try file()["timeConcat"].items
        for entry in try file()["timeByTime"].items {
            let spikes = try layers[try entry["index"].int]["snn_TNCHW"].tensor.packedAsSpikes
            let steps = try (0..<spikes.shape[0]).map {
                try KernelPair(KernelMatrix(spikes, time: .perStep($0)))
            }
            for estimator in HSICEstimator.allCases {
                let expected = try entry[estimator.rawValue].optionalNumbers
                try #require(expected.count == steps.count * steps.count)
                for i in steps.indices {
                    for j in steps.indices {
                        AlignmentNoise(steps[i], steps[j], estimator).expect(
                            steps[i][estimator].alignment(with: steps[j][estimator]),
                            expected[i * steps.count + j], "\(entry.place) at \(i), \(j)")
                    }
                }
            }
        }
    }
}

/// A layer's kernel for both estimators.
private struct KernelPair {
    let biased: CenteredKernel
    let unbiased: CenteredKernel

    init(_ matrix: KernelMatrix) throws {
        biased = try CenteredKernel(matrix, estimator: .biased)
        unbiased = try CenteredKernel(matrix, estimator: .unbiased)
    }

    subscript(estimator: HSICEstimator) -> CenteredKernel {
        estimator == .biased ? biased : unbiased
    }
}

/// How far rounding in single precision can move an alignment. It changes an HSIC by a small share of the biased
/// self terms; unbiased ones may be small beside those, where samples are few or hardly any of them differ, and the
/// alignment then moves by as much more.
struct AlignmentNoise {
    /// Rounding as a share of the biased self terms.
    static let share = 1e-5

    /// Self terms of both layers by the estimator in question, and biased.
    private let terms: [(found: Double, biased: Double)]

    /// Two layers of sums over the same batches.
    init(_ sums: SimilarityAccumulator, _ biased: SimilarityAccumulator, _ i: Int, _ j: Int) {
        let stride = sums.layers.count + 1
        terms = [i, j].map { (sums.hsic[$0 * stride], biased.hsic[$0 * stride]) }
    }

    /// Two layers, each by the estimator in question and biased.
    init(_ kernels: [CenteredKernel], _ biased: [CenteredKernel]) {
        terms = zip(kernels, biased).map { ($0.hsic(with: $0), $1.hsic(with: $1)) }
    }

    fileprivate init(_ k: KernelPair, _ l: KernelPair, _ estimator: HSICEstimator) {
        self.init([k[estimator], l[estimator]], [k.biased, l.biased])
    }

    /// What an alignment may be off by; nil where a self term is lost in rounding.
    func tolerance(at alignment: Double) -> Double? {
        guard terms.allSatisfy({ $0.found > Self.share * $0.biased }) else { return nil }
        let growth = terms.map { $0.biased / $0.found }
        return Self.share
            * ((growth[0] * growth[1]).squareRoot()
                + abs(alignment) * (growth[0] + growth[1]) / 2)
    }

    /// Compares an alignment with that of the file, nil where a self term is not positive there.
    ///
    /// - Parameter least: the smallest tolerance.
    /// - Returns: whether they could be compared.
    @discardableResult func expect(
        _ found: Double, _ expected: Double?, least: Double = 0, _ label: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> Bool {
        guard let expected else {
            // A self term of 0 in double precision may be a little more in single precision.
            let isLost = terms.contains { $0.found > 0 && $0.found <= Self.share * $0.biased }
            #expect(
                found.isNaN || isLost, "\(label): \(found), expected none",
                sourceLocation: sourceLocation)
            return true
        }
        guard let tolerance = tolerance(at: expected) else { return false }
        #expect(
            abs(found - expected) <= max(tolerance, least),
            "\(label): \(found), expected \(expected)", sourceLocation: sourceLocation)
        return true
    }
}
