import Testing

@testable import RanvierTensors

/// Products of matrices with many zeros, against the same without skipping them.
@Suite struct SparseRowsTests {
    /// Numbers of which about `density` are not zero.
    private static func numbers(_ shape: [Int], density: Float) -> Tensor {
        AdjointTests.random(shape, "x") * StorageTests.randomSpikes(shape, density: density).dense
    }

    @Test(arguments: [(16, 64, 64), (130, 784, 200), (37, 100, 77), (300, 401, 129)], [0, 0.1])
    func productsHaveTheBitsOfDenseOnes(
        _ size: (rows: Int, inputs: Int, outputs: Int), density: Float
    ) {
        let x = Self.numbers([size.rows, size.inputs], density: density)
        let w = AdjointTests.random([size.inputs, size.outputs], "w")
        for bias in [nil, AdjointTests.random([size.outputs], "b")] {
            let (found, kernels) = KernelLog.recording { x.matrixProduct(w, bias: bias) }
            #expect(kernels.contains("sparseProduct"))
            let dense = MatrixKernel.product(x, w, bias: bias)
            if Processor.level >= .v4 { #expect(found.scalars == dense.scalars) }
            #expect(difference(found, dense) < 1e-5)
            // A few rows are not worth a list.
            let few = KernelLog.recording { x.slice(0..<3).matrixProduct(w, bias: bias) }
            #expect(few.kernels.contains("denseProduct"))
            #expect(difference(few.0, found.slice(0..<3)) < 1e-5)
        }
    }

    @Test(arguments: [(16, 64, 64), (128, 784, 200), (90, 100, 77)])
    func gradientsMatchTheirSums(_ size: (rows: Int, inputs: Int, outputs: Int)) {
        let x = Self.numbers([size.rows, size.inputs], density: 0.1)
        let w = AdjointTests.random([size.inputs, size.outputs], "w").tracked()
        let mix = AdjointTests.random([size.rows, size.outputs], "g")
        let (found, kernels) = KernelLog.recording {
            (x.matrixProduct(w) * mix).sum().gradients(for: [w])[0]
        }
        #expect(kernels.contains("sparseWeightGradient"))
        let expected = MatrixKernel.product(x, mix, transposeFirst: true)
        #expect(difference(found, expected) < 1e-4)
    }

    @Test func manyNumbersAreMultipliedDensely() {
        let w = AdjointTests.random([200, 100], "w")
        // The first rows are empty, the others full.
        let late = Tensor.concatenate(
            [.zeros([20, 200]), AdjointTests.random([100, 200], "x")], along: 0)
        for x in [AdjointTests.random([120, 200], "x"), late] {
            let (found, kernels) = KernelLog.recording { x.matrixProduct(w) }
            #expect(!kernels.contains("sparseProduct"))
            #expect(difference(found, MatrixKernel.product(x, w)) < 1e-5)
        }
    }

    /// The same bits for a sample and a batch, whatever the size of either.
    @Test(arguments: [(64, 64), (784, 200), (300, 10), (401, 129), (20, 5), (33, 17), (512, 512)])
    func aSampleHasTheBitsOfItsBatch(_ size: (inputs: Int, outputs: Int)) {
        let x = AdjointTests.random([40, size.inputs], "x")
        let w = AdjointTests.random([size.inputs, size.outputs], "w")
        for bias in [nil, AdjointTests.random([size.outputs], "b")] {
            let batch = x.matrixProduct(w, bias: bias)
            for count in [1, 2, 5, 17] {
                let few = x.slice(0..<count).matrixProduct(w, bias: bias)
                let same = batch.slice(0..<count)
                if Processor.level >= .v4 { #expect(few.scalars == same.scalars, "\(count)") }
                #expect(difference(few, same) < 1e-4)
            }
        }
    }

    /// Numbers that are not finite count as numbers.
    @Test func whatIsNotFiniteShows() {
        var values = [Float](repeating: 0, count: 20 * 64)
        values[5 * 64 + 63] = .nan
        values[7 * 64] = .infinity
        let found = Tensor(values, shape: [20, 64]).matrixProduct(
            Tensor(repeating: 1, shape: [64, 70]))
        for row in 0..<20 {
            let isFinite = (0..<70).allSatisfy { found[at: row, $0].isFinite }
            #expect(isFinite == (row != 5 && row != 7))
        }
    }

    private func difference(_ a: Tensor, _ b: Tensor) -> Float {
        zip(a.scalars, b.scalars).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
}
