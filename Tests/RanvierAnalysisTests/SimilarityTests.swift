import Foundation
import Testing

@testable import RanvierAnalysis
@testable import RanvierLearning
@testable import RanvierNetworks
@testable import RanvierTensors

/// What centred kernel alignment must and must not change under, and its fast paths against the plain definition.
@Suite struct SimilarityTests {
    private func normal(_ shape: [Int], _ name: String) -> Tensor {
        Tensor(
            RandomStream(seed: 3, name: name).normal(count: shape.elementCount), shape: shape)
    }

    private func alignment(
        _ x: Tensor, _ y: Tensor, _ estimator: HSICEstimator = .unbiased
    ) throws -> Double {
        try CenteredKernel(KernelMatrix(features: x), estimator: estimator)
            .alignment(with: CenteredKernel(KernelMatrix(features: y), estimator: estimator))
    }

    /// A rotation: products of reflections.
    private func rotated(_ x: Tensor) -> Tensor {
        let p = x.shape[1]
        var result = x
        for round in 0..<4 {
            let v = normal([p, 1], "reflection \(round)")
            let square = v.squared().sum().scalar
            result = result - result.matrixProduct(v).matrixProduct(v.transposed()) * (2 / square)
        }
        return result
    }

    @Test(arguments: HSICEstimator.allCases)
    func rotationScaleAndShiftChangeNothing(_ estimator: HSICEstimator) throws {
        let x = normal([40, 12], "x"), y = normal([40, 7], "y") + x.slice(0..<7, along: 1)
        let expected = try alignment(x, y, estimator)
        let turned = rotated(x)
        #expect(abs(turned.squared().sum().scalar / x.squared().sum().scalar - 1) < 1e-4)
        #expect(abs(turned[at: 0, 0] - x[at: 0, 0]) > 1e-2)
        #expect(abs(try alignment(turned, y, estimator) - expected) < 1e-4)
        #expect(abs(try alignment(x * 17 + 5, y * 0.01, estimator) - expected) < 1e-4)
        #expect(abs(try alignment(turned, x, estimator) - 1) < 1e-5)
        // Stretching one direction is no rotation.
        let stretch = Tensor([30] + [Float](repeating: 1, count: 11), shape: [12])
        #expect(abs(try alignment(x * stretch, y, estimator) - expected) > 0.02)
    }

    @Test func samplesMayBePermutedTogetherOnly() throws {
        let x = normal([40, 12], "x"), y = rotated(x) + normal([40, 12], "noise") * 0.5
        let order = RandomStream(seed: 1, name: "order").permutation(count: 40)
        let expected = try alignment(x, y)
        let both = try alignment(x.gathering(rows: order), y.gathering(rows: order))
        #expect(abs(both - expected) < 1e-5)
        #expect(abs(try alignment(x.gathering(rows: order), y) - expected) > 0.3)
    }

    @Test func unrelatedFeaturesFoolTheBiasedEstimatorOnly() throws {
        let x = normal([30, 600], "x"), y = normal([30, 600], "y")
        #expect(try alignment(x, y, .biased) > 0.9)
        #expect(abs(try alignment(x, y, .unbiased)) < 0.2)
    }

    @Test func deadLayersAreMarked() throws {
        let map = try #require(try Self.mapOfDeadLayer())
        #expect(map.values[0][0] > 0.999 && map.values[1][0].isNaN && map.values[0][1].isNaN)
        #expect(map.undefinedLayers == ["dead"])
    }

    /// A layer that answers the same to all samples varies as little as one that is silent.
    @Test(arguments: [5, 9, 36, 57, 71])
    func constantLayersAreMarked(samples: Int) throws {
        let alive = normal([samples, 6], "alive")
        let numbers = normal([1, 9], "answer").matrixProduct(Tensor(repeating: 1, shape: [9, 9]))
        let real = numbers + Tensor.zeros([samples, 9])
        let spikes = Tensor(
            (0..<samples * 70).map { $0 % 70 % 3 == 0 ? 1 : 0 }, shape: [1, samples, 70])
        for kernel in [KernelMatrix(features: real), KernelMatrix(spikes.packedAsSpikes)] {
            for estimator in HSICEstimator.allCases {
                let layer = try CenteredKernel(kernel, estimator: estimator)
                let other = try CenteredKernel(KernelMatrix(features: alive), estimator: estimator)
                #expect(layer.hsic(with: layer) == 0)
                #expect(layer.alignment(with: other).isNaN)
            }
        }
    }

    private static func mapOfDeadLayer() throws -> SimilarityMap? {
        var sums = SimilarityAccumulator(layers: ["alive", "dead"])
        let alive = Tensor(
            RandomStream(seed: 0, name: "a").normal(count: 60), shape: [20, 3])
        try sums.add(
            [alive, Tensor.ones([20, 3])].map { try CenteredKernel(KernelMatrix(features: $0)) })
        return sums.map(rows: 0..<2, columns: 0..<2)
    }

    @Test func fewSamplesAndOtherBatchesAreRefused() throws {
        #expect(throws: AnalysisError.self) {
            try CenteredKernel(KernelMatrix(features: normal([3, 5], "x")))
        }
        var sums = SimilarityAccumulator(layers: ["x"])
        try sums.add([CenteredKernel(KernelMatrix(features: normal([8, 5], "x")))])
        #expect(
            throws: AnalysisError.countMismatch(
                what: "samples of a batch", expected: 8, found: 7)
        ) {
            try sums.add([CenteredKernel(KernelMatrix(features: normal([7, 5], "x")))])
        }
    }

    /// Kernels of two estimators differ in length: their product would read beyond the shorter one.
    @Test func estimatorsAreNotMixed() throws {
        let kernels = try HSICEstimator.allCases.map {
            try CenteredKernel(KernelMatrix(features: normal([8, 5], "x")), estimator: $0)
        }
        let mixed = AnalysisError.impossibleValue(
            what: "estimator of a kernel", expected: "biased", found: "unbiased")
        var both = SimilarityAccumulator(layers: ["x", "y"])
        #expect(throws: mixed) { try both.add(kernels) }
        var sums = SimilarityAccumulator(layers: ["x"]), others = sums
        try sums.add([kernels[0]])
        #expect(throws: mixed) { try sums.add([kernels[1]]) }
        try others.add([kernels[1]])
        #expect(throws: mixed) { try sums.add(others) }
        #expect(sums.batches == 1)
    }

    // MARK: - Fast paths

    /// Sizes beyond a block of samples, a panel of columns and a word of bits.
    @Test func spikesConstantsAndNumbersAgree() throws {
        let shape = [4, 150, 5, 17]
        let draws = RandomStream(seed: 0, name: "spikes").uniform(count: shape.elementCount)
        let spikes = Tensor(spikes: draws.map { $0 < 0.3 ? 1 : 0 }, shape: shape)
        let counted = KernelMatrix(spikes), plain = spikes.flattened(from: 2).scalars
        for (i, j) in [(0, 0), (0, 149), (63, 64), (127, 128), (149, 149), (70, 20)] {
            var shared = 0.0
            for t in 0..<4 {
                for f in 0..<85 {
                    shared += Double(
                        plain[(t * 150 + i) * 85 + f] * plain[(t * 150 + j) * 85 + f])
                }
            }
            #expect(counted[i, j] == shared)
        }
        let own = try CenteredKernel(counted),
            dense = try CenteredKernel(KernelMatrix(spikes.dense))
        #expect(abs(own.hsic(with: own) / dense.hsic(with: dense) - 1) < 1e-5)
        #expect(abs(own.alignment(with: dense) - 1) < 1e-6)

        let image = normal([150, 2100], "image")
        let constant = try CenteredKernel(KernelMatrix(Tensor(constantInTime: image, steps: 3)))
        let repeated = try CenteredKernel(
            KernelMatrix(Tensor.stack([image, image, image])))
        #expect(abs(constant.hsic(with: constant) / repeated.hsic(with: repeated) - 1) < 1e-5)
    }

    /// Numbers of several panels against sums in double precision, on whatever units the processor has: the
    /// distance of two samples does not depend on the offset that was taken out.
    @Test func productsAreAsGoodAsSinglePrecision() throws {
        let x = normal([2, 140, 2500], "x") * 3 + 10
        let kernel = KernelMatrix(x), values = x.scalars
        func distance(_ i: Int, _ j: Int) -> Double {
            var sum = 0.0
            for t in 0..<2 {
                for f in 0..<2500 {
                    let d = Double(
                        values[(t * 140 + i) * 2500 + f] - values[(t * 140 + j) * 2500 + f])
                    sum += d * d
                }
            }
            return sum
        }
        for (i, j) in [(0, 1), (3, 139), (127, 128), (60, 61)] {
            let found = kernel[i, i] + kernel[j, j] - 2 * kernel[i, j]
            #expect(abs(found / distance(i, j) - 1) < 2e-5, "\(i), \(j)")
        }
    }

    /// Kernels of many columns, with tails far from the middle, against double precision: rounding cancels in the entries,
    /// and once more in the alignment.
    @Test func manyColumnsAreAsGoodAsSinglePrecision() throws {
        let n = 24, p = 4200
        let tails = normal([n, p], "x").scalars.map { $0 * $0 * $0 }
        let mixed = zip(tails, normal([n, p], "y").scalars).map { $0 + 3 * $1 }
        let found = [tails, mixed].map { KernelMatrix(features: Tensor($0, shape: [n, p])) }
        let exact = [tails, mixed].map { linearKernel(of: $0.map(Double.init), n, p) }
        for (kernel, matrix) in zip(found, exact) {
            for i in 0..<n {
                for j in i..<n {
                    let norms = (matrix[i * n + i] * matrix[j * n + j]).squareRoot()
                    #expect(abs(kernel[i, j] - matrix[i * n + j]) < 3e-5 * norms)
                }
            }
        }
        let centred = try found.map { try CenteredKernel($0) }
        func hsic(_ a: Int, _ b: Int) -> Double {
            zip(uCentred(exact[a], n), uCentred(exact[b], n)).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let alignment = hsic(0, 1) / (hsic(0, 0) * hsic(1, 1)).squareRoot()
        #expect(abs(centred[0].alignment(with: centred[1]) - alignment) < 1e-5)
    }

    /// Products of rows less their mean.
    private func linearKernel(of x: [Double], _ n: Int, _ p: Int) -> [Double] {
        var x = x
        for f in 0..<p {
            let mean = (0..<n).reduce(0) { $0 + x[$1 * p + f] } / Double(n)
            for i in 0..<n { x[i * p + f] -= mean }
        }
        return (0..<n * n).map { place in
            (0..<p).reduce(0) { $0 + x[place / n * p + $1] * x[place % n * p + $1] }
        }
    }

    /// Section 9.4 of the method, entry by entry.
    private func uCentred(_ kernel: [Double], _ n: Int) -> [Double] {
        let rows = (0..<n).map { i in
            (0..<n).reduce(0) { $0 + ($1 == i ? 0 : kernel[i * n + $1]) }
        }
        let all = rows.reduce(0, +), m = Double(n)
        return (0..<n * n).map { place in
            let i = place / n, j = place % n
            guard i != j else { return 0 }
            return kernel[place] - (rows[i] + rows[j]) / (m - 2) + all / ((m - 1) * (m - 2))
        }
    }

    /// Rounding to whole numbers hides nothing.
    @Test func zerosGiveZerosAndWhatIsNotFiniteShows() {
        let n = 70, p = 5000
        var x = normal([n, p], "x").scalars
        x[3 * p + 17] = .nan
        x[69 * p + 4999] = .infinity
        let kernel = KernelMatrix(features: Tensor(x, shape: [n, p]))
        for i in 0..<n {
            for other in [3, 69] { #expect(!kernel[i, other].isFinite) }
        }
        let zeros = KernelMatrix(features: Tensor(repeating: 0, shape: [n, p]))
        #expect(zeros.values.allSatisfy { $0 == 0 })
    }

    @Test func threadsDoNotChangeBits() throws {
        let x = normal([2, 200, 900], "x")
        func results() throws -> [Double] {
            let kernel = try CenteredKernel(KernelMatrix(x))
            return KernelMatrix(x).values + [kernel.hsic(with: kernel)]
        }
        let one = try Parallel.withThreads(1, results)
        #expect(try Parallel.withThreads(2, results) == one)
    }

    @Test func radialBasisFollowsItsDefinition() throws {
        let x = normal([12, 4], "x")
        let kernel = KernelMatrix(features: x).radialBasis(bandwidth: 0.8)
        let points = (0..<12).map { i in (0..<4).map { Double(x[at: i, $0]) } }
        func square(_ i: Int, _ j: Int) -> Double {
            zip(points[i], points[j]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        let all = (0..<12).flatMap { i in (i + 1..<12).map { square(i, $0) } }.sorted()
        let median = all[all.count / 2]
        for (i, j) in [(0, 1), (5, 2), (11, 3), (4, 4)] {
            let expected = i == j ? 1 : exp(-square(i, j) / (2 * 0.64 * median))
            #expect(abs(kernel[i, j] - expected) < 1e-5)
        }
    }
}
