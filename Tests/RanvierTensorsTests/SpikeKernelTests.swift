import RanvierTestSupport
import Testing

@testable import RanvierTensors

/// Kernels that visit only spikes, across the borders of their blocks.
@Suite struct SpikeKernelTests {
    struct Size: Sendable, CustomTestStringConvertible {
        var steps: Int
        var samples: Int
        var inputs: Int
        var outputs: Int
        var testDescription: String { "\(steps)×\(samples) rows, \(inputs) to \(outputs)" }
    }

    @Test(
        arguments: [
            Size(steps: 5, samples: 300, inputs: 200, outputs: 130),
            Size(steps: 40, samples: 16, inputs: 70, outputs: 20),
            Size(steps: 2, samples: 700, inputs: 64, outputs: 16),
            Size(steps: 3, samples: 1, inputs: 300, outputs: 200),
        ], [Float(0), 0.03, 0.15, 0.5])
    func weightGradientsMatchTheirSums(_ size: Size, density: Float) {
        let x = StorageTests.randomSpikes(
            [size.steps, size.samples, size.inputs], density: density)
        let g = AdjointTests.random([size.steps * size.samples, size.outputs], "g")
        for way in ways(x, g, skipping: 0) {
            #expect(largestDifference(way, sums(x, g, skipping: 0)) < 1e-4)
        }
        let later = x.slice(0..<size.steps - 1)
        for way in ways(later, g, skipping: size.samples) {
            #expect(largestDifference(way, sums(later, g, skipping: size.samples)) < 1e-4)
        }
    }

    private func ways(_ x: Tensor, _ g: Tensor, skipping skipped: Int) -> [Tensor] {
        guard let bits = x.spikeBits else { return [] }
        let gradient = SpikeGradient(
            bits: bits, inputs: x.shape[x.rank - 1], upstream: g, skipped: skipped)
        return [
            Tensor.weightGradient(x, g, skipping: skipped), gradient.visitingSpikes(),
            gradient.unpacked(),
        ] + (TiledWeights.hasUnits ? [gradient.onTiles()] : [])
    }

    @Test func longDenseSumsMatchTheirSums() {
        let x = AdjointTests.random([9, 700, 40], "x"), g = AdjointTests.random([6300, 30], "g")
        let found = Tensor.weightGradient(x, g)
        #expect(largestDifference(found, sums(x, g, skipping: 0)) < 1e-3)
    }

    /// The gradient that a thin read-out sends back, multiplied only when it is asked for.
    @Test func thinProductsAreWorkedOutOnDemand() {
        let x = AdjointTests.random([3, 4, 50], "x").tracked()
        let w = AdjointTests.random([50, 7], "w"), mix = AdjointTests.random([3, 4, 7], "mix")
        let found = (x.matrixProduct(w) * mix).sum().gradients(for: [x])[0]
        let expected = mix.matrixProduct(w.transposed())
        #expect(found.shape == [3, 4, 50])
        #expect(largestDifference(found, expected) < 1e-6)
    }

    @Test(
        arguments: [
            (image: [12, 12, 12], outputs: 64, window: ImageWindow(5)),
            (image: [7, 9, 16], outputs: 16, window: ImageWindow(3, stride: 2, padding: 1)),
            (image: [6, 6, 70], outputs: 33, window: ImageWindow(3, padding: 2)),
            (image: [5, 8, 3], outputs: 32, window: ImageWindow(1)),
            (
                image: [4, 4, 5], outputs: 40,
                window: ImageWindow(height: 2, width: 6, paddingHeight: 1, paddingWidth: 5)
            ),
        ], [Float(0.04), 0.4])
    func convolutionsOfSpikesMatchDenseOnes(
        _ size: (image: [Int], outputs: Int, window: ImageWindow), density: Float
    ) {
        let (image, outputs, window) = size
        let spikes = StorageTests.randomSpikes([12, 5] + image, density: density)
        let w = AdjointTests.random([window.height, window.width, image[2], outputs], "w")
        let bias = AdjointTests.random([outputs], "bias")
        func run(_ x: Tensor) -> [Tensor] {
            let v = [x, w, bias].map { $0.tracked() }
            let y = v[0].convolution(v[1], bias: v[2], window: window)
            return [y] + AdjointTests.weighted(y).gradients(for: v)
        }
        let (found, kernels) = KernelLog.recording { run(spikes) }
        let isTiled = kernels.contains("tileConvolution")
        #expect(
            kernels.contains("spikePatches")
                == (!isTiled && (density < 0.1 || TiledWeights.hasUnits && outputs >= 32)))
        #expect(kernels.contains("tileConvolutionWeightGradient") == isTiled)
        for (a, b) in zip(found, run(spikes.dense)) {
            #expect(a.shape == b.shape)
            let size = b.scalars.reduce(0) { max($0, abs($1)) }
            #expect(largestDifference(a, b) < 1e-5 * max(size, 1))
        }
    }

    /// Convolutions on matrix units, with rows that are whole tiles and rows that are not.
    @Test(
        arguments: [
            (images: [4, 3, 16, 16, 16], outputs: 16, window: ImageWindow(3, padding: 1)),
            ([3, 3, 16, 32, 32], 48, ImageWindow(3, padding: 1)),
            ([2, 60, 8, 8, 64], 64, ImageWindow(3, padding: 1)),
            ([3, 15, 9, 7, 24], 40, ImageWindow(3, padding: 2)),
            ([1, 40, 12, 12, 12], 64, ImageWindow(5)),
            ([2, 70, 5, 6, 33], 17, ImageWindow(height: 2, width: 3, paddingWidth: 1)),
            ([1, 30, 9, 9, 20], 20, ImageWindow(1)),
        ] as [(images: [Int], outputs: Int, window: ImageWindow)], [Float(0), 0.2])
    func tileConvolutionsMatchPlainOnes(
        _ size: (images: [Int], outputs: Int, window: ImageWindow), density: Float
    ) {
        let (images, outputs, window) = size
        let numbers = AdjointTests.random(images, "x")
        let x = density > 0 ? StorageTests.randomSpikes(images, density: density) : numbers
        let w = AdjointTests.random([window.height, window.width, images[4], outputs], "w")
        let bias = AdjointTests.random([outputs], "b")
        func run(_ x: Tensor, atOnce count: Int) -> [Tensor] {
            let v = [x, w, bias].map { $0.tracked() }
            let parts = stride(from: 0, to: images[1], by: count).map {
                v[0].slice($0..<min($0 + count, images[1]), along: 1)
                    .convolution(v[1], bias: v[2], window: window)
            }
            let y = parts.count > 1 ? Tensor.concatenate(parts, along: 1) : parts[0]
            return [y] + AdjointTests.weighted(y).gradients(for: v)
        }
        let (found, kernels) = KernelLog.recording { run(x, atOnce: images[1]) }
        #expect(kernels.contains("tileConvolution") == TiledWeights.hasUnits)
        // Single images are not worth matrix units.
        let (plain, others) = KernelLog.recording { run(x.dense, atOnce: 1) }
        #expect(!others.contains("tileConvolution"))
        for (a, b) in zip(found, plain) {
            let size = b.scalars.reduce(0) { max($0, abs($1)) }
            #expect(a.shape == b.shape)
            #expect(largestDifference(a, b) < 4e-6 * max(size, 1))
        }
        for threads in [1, 2] {
            let again = Parallel.withThreads(threads) { run(x, atOnce: images[1]) }
            #expect(zip(found, again).allSatisfy { $0.scalars == $1.scalars })
        }
    }

    /// Matrix units, where there are any, add products of halves that are as good as single precision.
    @Test(arguments: [(rows: 600, inputs: 100, outputs: 70), (520, 64, 64), (1100, 530, 600)])
    func trainingProductsMatchTheirSums(_ size: (rows: Int, inputs: Int, outputs: Int)) {
        let (rows, inputs, outputs) = size
        let numbers = AdjointTests.random([1, rows, inputs], "x")
        let w = AdjointTests.random([inputs, outputs], "w")
        let bias = AdjointTests.random([outputs], "b"),
            mix = AdjointTests.random([rows, outputs], "m")
        for x in [numbers, StorageTests.randomSpikes([1, rows, inputs], density: 0.4)] {
            let v = [x, w, bias].map { $0.tracked() }
            let y = v[0].matrixProduct(v[1], bias: v[2])
            let plain = x.matrixProduct(w, bias: bias)
            #expect(largestDifference(y, plain) < 5e-6 * Float(inputs).squareRoot())
            let gradients = (y * mix).sum().gradients(for: v)
            let wanted = sums(x, mix, skipping: 0)
            #expect(largestDifference(gradients[1], wanted) < 5e-6 * Float(rows).squareRoot())
            for threads in [1, 2] {
                let again = Parallel.withThreads(threads) {
                    (v[0].matrixProduct(v[1], bias: v[2]) * mix).sum().gradients(for: v)
                }
                #expect(zip(gradients, again).allSatisfy { $0.scalars == $1.scalars })
            }
            let back = mix.matrixProduct(w.transposed())
            #expect(largestDifference(gradients[0], back) < 5e-6 * Float(outputs).squareRoot())
        }
    }

    /// Σ_r x[r, i] g[r + skipped, j] in double precision.
    private func sums(_ x: Tensor, _ g: Tensor, skipping skipped: Int) -> Tensor {
        let inputs = x.shape[2], outputs = g.shape[1], rows = x.count / inputs
        let xs = x.scalars, gs = g.scalars
        var sums = [Double](repeating: 0, count: inputs * outputs)
        for r in 0..<rows {
            for i in 0..<inputs where xs[r * inputs + i] != 0 {
                for j in 0..<outputs {
                    sums[i * outputs + j] +=
                        Double(xs[r * inputs + i]) * Double(gs[(r + skipped) * outputs + j])
                }
            }
        }
        return Tensor(sums.map { Float($0) }, shape: [inputs, outputs])
    }
}
