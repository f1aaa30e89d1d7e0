import RanvierTensors
import RanvierTestSupport
import Testing

@Suite struct PoolingTests {
    static let windows = [
        ImageWindow(2, stride: 2), ImageWindow(3, stride: 2, padding: 1), ImageWindow(3),
        ImageWindow(height: 1, width: 4, strideHeight: 1, strideWidth: 3, paddingWidth: 1),
    ]

    static func random(_ shape: [Int], _ name: String) -> Tensor {
        ConvolutionTests.random(shape, name)
    }

    /// Windows of one image and channel, as lists of the elements inside.
    private func pooled(
        _ x: Tensor, _ window: ImageWindow, _ reduce: ([Float]) -> Float
    ) -> [Float] {
        let (h, w, c) = (x.shape[2], x.shape[3], x.shape[4]), scalars = x.scalars
        guard let size = window.outputSize(height: h, width: w) else { return [] }
        var out: [Float] = []
        for n in 0..<x.shape[0] * x.shape[1] {
            for i in 0..<size.height {
                for j in 0..<size.width {
                    for channel in 0..<c {
                        var inside: [Float] = []
                        for a in 0..<window.height {
                            for b in 0..<window.width {
                                let y = i * window.strideHeight + a - window.paddingHeight
                                let z = j * window.strideWidth + b - window.paddingWidth
                                guard y >= 0, y < h, z >= 0, z < w else { continue }
                                inside.append(scalars[((n * h + y) * w + z) * c + channel])
                            }
                        }
                        out.append(reduce(inside))
                    }
                }
            }
        }
        return out
    }

    @Test(arguments: windows) func matchesTheDefinition(_ window: ImageWindow) {
        let x = Self.random([2, 3, 7, 8, 5], "x")
        let average = pooled(x, window) { $0.reduce(0, +) / Float(window.area) }
        #expect(largestDifference(x.averagePool(window).scalars, average) < 1e-6)
        #expect(x.maxPool(window).scalars == pooled(x, window) { $0.max() ?? 0 })
    }

    @Test(arguments: windows) func adjointsMatchCentralDifferences(_ window: ImageWindow) {
        // Numbers far enough apart that a small step changes no maximum.
        let order = RandomStream(seed: 1, name: "order").permutation(count: 2 * 7 * 8 * 3)
        let x = Tensor(order.map { Float($0) * 0.05 }, shape: [2, 1, 7, 8, 3])
        let mix = Self.random(x.averagePool(window).shape, "mix")
        let check = GradientCheck(stepSize: 0.02, elementsPerInput: 60)
        #expect(check.largestError(at: [x]) { ($0[0].averagePool(window) * mix).sum() } < 2e-3)
        #expect(check.largestError(at: [x]) { ($0[0].maxPool(window) * mix).sum() } < 2e-3)
        #expect(check.largestError(at: [x]) { $0[0].globalAveragePool().squared().sum() } < 5e-3)
    }

    @Test(arguments: windows, [3, 64, 70]) func spikesStaySpikes(
        _ window: ImageWindow, channels: Int
    ) {
        let s = ConvolutionTests.spikes([3, 5, 7, 8, channels], "s", density: 0.2)
        func run(_ x: Tensor) -> (Tensor, [Float]) {
            let v = x.tracked(), y = v.maxPool(window)
            let gradient = (y * Self.random(y.shape, "mix")).sum().gradients(for: [v])[0]
            return (y.detached, gradient.scalars)
        }
        let (result, kernels) = KernelLog.recording { run(s) }
        let dense = run(s.dense)
        #expect(kernels.contains("spikePool") && result.0.storageKind == .spikes)
        #expect(result.0.scalars == dense.0.scalars)
        #expect(result.0.spikeCount == dense.0.spikeCount)
        #expect(result.1 == dense.1)
        let mean = s.averagePool(window).scalars
        #expect(mean == s.dense.averagePool(window).scalars)
    }

    @Test func constantSequencesArePooledOnce() {
        let step = Self.random([2, 6, 6, 3], "step")
        let x = step.repeatedInTime(steps: 3)
        #expect(x.maxPool(ImageWindow(2, stride: 2)).storageKind == .constantInTime)
        #expect(x.globalAveragePool().shape == [3, 2, 3])
        #expect(
            x.globalAveragePool().step(at: 1).scalars == step.globalAveragePool().scalars)
    }
}
