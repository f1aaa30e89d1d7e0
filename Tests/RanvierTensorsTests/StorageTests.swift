import RanvierTestSupport
import Testing

@testable import RanvierTensors

@Suite(.serialized) struct StorageTests {
    static func randomSpikes(_ shape: [Int], density: Float, seed: UInt64 = 3) -> Tensor {
        let draws = RandomStream(seed: seed, name: "spikes").uniform(count: shape.elementCount)
        return Tensor(spikes: draws.map { $0 < density ? 1 : 0 }, shape: shape)
    }

    @Test(arguments: [1, 7, 63, 64, 65, 130, 1000])
    func packingRoundTrips(width: Int) {
        let spikes = Self.randomSpikes([3, 2, width], density: 0.3)
        #expect(spikes.storageKind == .spikes)
        let dense = spikes.dense
        #expect(Set(dense.scalars).isSubset(of: [0, 1]))
        #expect(dense.packedAsSpikes.scalars == dense.scalars)
        #expect(spikes.spikeCount == Int(dense.scalars.reduce(0, +)))
        #expect(spikes.sum().scalar == dense.sum().scalar)
        #expect(spikes.sum(axes: [0]).scalars == dense.sum(axes: [0]).scalars)
        #expect(spikes.slice(1..<3).scalars == dense.slice(1..<3).scalars)
        #expect(spikes.slice(1..<3).storageKind == .spikes)
        #expect(spikes.reshaped(to: [3, 2 * width]).storageKind == .spikes)
        #expect(spikes.reshaped(to: [6, width]).scalars == dense.scalars)
        #expect(spikes[at: 2, 1, width - 1] == dense[at: 2, 1, width - 1])
    }

    /// The sparse path against the dense one. With AVX-512 oneDNN adds in the same order and the bits are
    /// equal; elsewhere the last bits may differ.
    @Test(arguments: [(10, 12), (100, 64), (257, 130), (1000, 10)], [Float(0), 0.01, 0.08, 0.14])
    func sparseProductsMatchDenseOnes(size: (inputs: Int, outputs: Int), density: Float) {
        let spikes = Self.randomSpikes([4, 9, size.inputs], density: density)
        let w = AdjointTests.random([size.inputs, size.outputs], "w")
        let b = AdjointTests.random([size.outputs], "b")
        let (sparse, kernels) = KernelLog.recording { spikes.matrixProduct(w, bias: b) }
        let dense = MatrixKernel.product(
            spikes.dense.reshaped(to: [36, size.inputs]), w, bias: b
        ).reshaped(to: sparse.shape)
        #expect(kernels == ["spikeProduct"])
        #expect(largestDifference(sparse, dense) < 1e-6 * Float(size.inputs).squareRoot())
        if Processor.level >= .v4 { #expect(sparse.scalars == dense.scalars) }

        func gradients(_ x: Tensor) -> [Tensor] {
            let variables = [x.tracked(), w.tracked(), b.tracked()]
            let y = variables[0].matrixProduct(variables[1], bias: variables[2])
            return AdjointTests.weighted(y).gradients(for: variables)
        }
        for (a, b) in zip(gradients(spikes), gradients(spikes.dense)) {
            #expect(a.shape == b.shape)
            #expect(largestDifference(a, b) < 2e-5)
        }
    }

    @Test func denseSpikesUseTheDenseProduct() {
        let spikes = Self.randomSpikes([4, 9, 50], density: 0.6)
        let wide = AdjointTests.random([50, 20], "wide"),
            thin = AdjointTests.random([50, 8], "thin")
        #expect(KernelLog.recording { spikes.matrixProduct(wide) }.kernels == ["denseProduct"])
        // A product with few outputs wastes the registers of the dense kernel.
        #expect(KernelLog.recording { spikes.matrixProduct(thin) }.kernels == ["spikeProduct"])
    }

    @Test func constantSequencesAreMultipliedOnce() {
        let step = AdjointTests.random([3, 8], "step"), w = AdjointTests.random([8, 5], "w")
        let (y, kernels) = KernelLog.recording {
            Tensor(constantInTime: step, steps: 6).matrixProduct(w)
        }
        #expect(kernels == ["denseProduct", "constantProduct"])
        #expect(y.storageKind == .constantInTime && y.shape == [6, 3, 5])
        #expect(y.step(at: 4).scalars == step.matrixProduct(w).scalars)
        #expect((y + 1).storageKind == .constantInTime)
        #expect(y.sum(axes: [0]).scalars == (step.matrixProduct(w) * 6).scalars)
        #expect(y.dense.scalars.count == 90)
    }

    @Test func sameBitsOnAnyNumberOfThreads() {
        let x = AdjointTests.random([64, 20, 300], "x"), w = AdjointTests.random([300, 200], "w")
        let spikes = Self.randomSpikes([64, 20, 300], density: 0.1)
        func results() -> [[Float]] {
            let variable = w.tracked()
            let y = spikes.matrixProduct(variable)
            return [
                x.matrixProduct(w).scalars, y.scalars, x.exp().sum().scalars,
                x.sum(axes: [0]).scalars, y.squared().sum().gradients(for: [variable])[0].scalars,
            ]
        }
        let one = Parallel.withThreads(1, results)
        for threads in [2, 5] { #expect(Parallel.withThreads(threads, results) == one) }
    }

    @Test func memoryIsReused() {
        let pool = BufferPool()
        let block = pool.take(bytes: 10_000)
        pool.giveBack(block, bytes: 10_000)
        #expect(pool.take(bytes: 9_990) == block)
        #expect(pool.usage.systemRequests == 1)
        pool.giveBack(block, bytes: 9_990)
        #expect(pool.usage.bytesInUse == 0 && pool.usage.bytesHeld >= 10_000)
        pool.trim()
        #expect(pool.usage.bytesHeld == 0)
    }
}
