import RanvierTensors
import RanvierTestSupport
import Testing

@Suite struct ConvolutionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var image: [Int]
        var outputs: Int
        var window: ImageWindow
        var groups = 1
        var testDescription: String { "\(image) to \(outputs), \(window), \(groups) groups" }
    }

    static let cases = [
        Case(image: [6, 5, 3], outputs: 4, window: ImageWindow(3, padding: 1)),
        Case(image: [7, 8, 2], outputs: 5, window: ImageWindow(3, stride: 2, padding: 1)),
        Case(image: [9, 9, 1], outputs: 12, window: ImageWindow(5)),
        Case(image: [5, 5, 16], outputs: 16, window: ImageWindow(1, stride: 2)),
        Case(image: [6, 6, 8], outputs: 8, window: ImageWindow(3, padding: 1), groups: 8),
        Case(image: [6, 6, 8], outputs: 12, window: ImageWindow(3, padding: 1), groups: 2),
        Case(
            image: [6, 9, 4], outputs: 3,
            window: ImageWindow(
                height: 2, width: 5, strideHeight: 1, strideWidth: 3, paddingHeight: 0,
                paddingWidth: 2)),
    ]

    static func random(_ shape: [Int], _ name: String, in range: Range<Float> = -1..<1) -> Tensor {
        Tensor(uniformIn: range, shape: shape, from: RandomStream(seed: 5, name: name))
    }

    static func spikes(_ shape: [Int], _ name: String, density: Float) -> Tensor {
        random(shape, name, in: 0..<1).isGreater(than: Tensor(1 - density)).packedAsSpikes
    }

    func weights(_ c: Case) -> Tensor {
        Self.random(
            [c.window.height, c.window.width, c.image[2] / c.groups, c.outputs], "weights")
    }

    @Test(arguments: cases) func matchesTheSumsOfItsDefinition(_ c: Case) {
        let x = Self.random([2, 3] + c.image, "x"), w = weights(c)
        let bias = Self.random([c.outputs], "bias")
        let y = x.convolution(w, bias: bias, window: c.window, groups: c.groups)
        let expected = PlainConvolution(c).run(x, w, bias)
        #expect(y.shape == expected.shape)
        #expect(largestDifference(y, expected) < 1e-5)
    }

    @Test(arguments: cases) func adjointsMatchCentralDifferences(_ c: Case) {
        let x = Self.random([2, 2] + c.image, "x"), w = weights(c)
        let bias = Self.random([c.outputs], "bias")
        let y = x.convolution(w, bias: bias, window: c.window, groups: c.groups)
        let mix = Self.random(y.shape, "mix")
        let error = GradientCheck(stepSize: 0.05).largestError(at: [x, w, bias]) { v in
            (v[0].convolution(v[1], bias: v[2], window: c.window, groups: c.groups) * mix).sum()
        }
        #expect(error < 2e-4)
    }

    @Test(arguments: cases) func spikesGiveTheBitsOfDenseNumbers(_ c: Case) {
        let s = Self.spikes([3, 2] + c.image, "s", density: 0.3), w = weights(c)
        func run(_ x: Tensor) -> [[Float]] {
            let v = x.tracked(), w = w.tracked()
            let y = v.convolution(w, window: c.window, groups: c.groups)
            let mix = Self.random(y.shape, "mix")
            return [y.scalars] + (y * mix).sum().gradients(for: [v, w]).map(\.scalars)
        }
        let (found, kernels) = KernelLog.recording { run(s) }
        #expect(found == run(s.dense))
        #expect(
            kernels.filter { $0.hasPrefix("convolution") || $0 == "spikeUnpack" } == [
                "spikeUnpack", "convolution", "convolutionInputGradient", "spikeUnpack",
                "convolutionWeightGradient",
            ])
    }

    static let sparseCases = [
        Case(image: [14, 14, 12], outputs: 64, window: ImageWindow(5)),
        Case(image: [7, 9, 20], outputs: 20, window: ImageWindow(3, padding: 1)),
        Case(image: [9, 8, 16], outputs: 33, window: ImageWindow(5, stride: 2, padding: 2)),
    ]

    /// Gradients are linear: of few numbers it is the difference of two of many.
    @Test(arguments: sparseCases) func gradientsOfFewNumbersSkipZeros(_ c: Case) {
        let x = Self.random([3, 2] + c.image, "x"), w = weights(c)
        let shape = x.convolution(w, window: c.window).shape
        let many = Self.random(shape, "many")
        let few = Self.random(shape, "few") * Self.spikes(shape, "kept", density: 0.1).dense
        func gradient(_ mix: Tensor) -> (Tensor, [String]) {
            let v = x.tracked()
            return KernelLog.recording {
                (v.convolution(w, window: c.window) * mix).sum().gradients(for: [v])[0]
            }
        }
        let (sparse, kernels) = gradient(few)
        #expect(
            kernels.contains("sparseConvolutionInputGradient") == (Processor.level == .v4))
        let (both, dense) = gradient(many + few)
        #expect(!dense.contains("sparseConvolutionInputGradient"))
        #expect(largestDifference(sparse, both - gradient(many).0) < 1e-4)
        #expect(sparse.scalars.contains { abs($0) > 0.1 })
    }

    @Test func aConstantSequenceIsConvolvedOnce() {
        let c = Self.cases[0]
        let step = Self.random([2] + c.image, "step"), w = weights(c)
        let mix = Self.random([4, 2, 6, 5, 4], "mix")
        func run(_ x: Tensor, _ variable: Tensor) -> [[Float]] {
            let w = w.tracked()
            let y = x.convolution(w, window: c.window)
            return [y.scalars] + (y * mix).sum().gradients(for: [variable, w]).map(\.scalars)
        }
        let variable = step.tracked()
        let (once, kernels) = KernelLog.recording {
            run(variable.repeatedInTime(steps: 4), variable)
        }
        #expect(kernels.contains("constantConvolution"))
        let many = Tensor.stack(Array(repeating: step, count: 4)).tracked()
        let repeated = run(many, many)
        #expect(once[0] == repeated[0])
        let summed = Tensor(repeated[1], shape: many.shape).sum(axes: [0]).scalars
        #expect(largestDifference(once[1], summed) < 1e-5)
        #expect(largestDifference(once[2], repeated[2]) < 1e-4)
    }

    @Test func oneStepIsConvolvedLikeTheSequence() {
        for c in Self.cases {
            let x = Self.random([5, 3] + c.image, "x"), w = weights(c)
            let y = x.convolution(w, window: c.window, groups: c.groups)
            for t in 0..<5 {
                let step = x.step(at: t).convolution(w, window: c.window, groups: c.groups)
                #expect(step.scalars == y.step(at: t).scalars)
            }
        }
    }

    @Test func sameBitsOnAnyNumberOfThreads() {
        let x = Self.random([4, 16, 16, 16, 16], "x"), w = Self.random([3, 3, 16, 32], "w")
        let bias = Self.random([32], "bias")
        func run() -> [[Float]] {
            let v = [x, w, bias].map { $0.tracked() }
            let y = v[0].convolution(v[1], bias: v[2], window: ImageWindow(3, padding: 1))
            return [y.scalars] + y.squared().sum().gradients(for: v).map(\.scalars)
        }
        let one = Parallel.withThreads(1, run)
        #expect(Parallel.withThreads(3, run) == one)
    }

    @Test func oneDimensionIsAnImageOfOneRow() {
        let x = Self.random([2, 3, 20, 4], "x"), w = Self.random([5, 2, 6], "w")
        let y = x.convolution1D(w, stride: 2, padding: 2, groups: 2)
        #expect(y.shape == [2, 3, 10, 6])
        let c = Case(
            image: [1, 20, 4], outputs: 6, window: ImageWindow(length: 5, stride: 2, padding: 2),
            groups: 2)
        let expected = PlainConvolution(c).run(
            x.reshaped(to: [2, 3, 1, 20, 4]), w.reshaped(to: [1, 5, 2, 6]), .zeros([6]))
        #expect(largestDifference(y.scalars, expected.scalars) < 1e-5)
    }

    @Test func weightsConvertFromOutputFirst() {
        let w = Self.random([6, 2, 3, 5], "w")  // [O, C, kh, kw]
        let ours = Tensor.convolutionWeights(fromOutputFirst: w)
        #expect(ours.shape == [3, 5, 2, 6])
        #expect(ours[at: 2, 4, 1, 5] == w[at: 5, 1, 2, 4])
        #expect(ours.outputFirstConvolutionWeights.scalars == w.scalars)
    }
}

/// The definition, one multiplication after the other.
private struct PlainConvolution {
    let c: ConvolutionTests.Case

    init(_ c: ConvolutionTests.Case) { self.c = c }

    func run(_ x: Tensor, _ w: Tensor, _ bias: Tensor) -> Tensor {
        let (h, k) = (c.window.height, c.window.width)
        guard let size = c.window.outputSize(height: c.image[0], width: c.image[1]) else {
            return .zeros([])
        }
        let images = x.count / c.image.elementCount, inputs = c.image[2] / c.groups
        let xs = x.scalars, ws = w.scalars, bs = bias.scalars
        var out: [Float] = []
        for n in 0..<images {
            for i in 0..<size.height {
                for j in 0..<size.width {
                    for o in 0..<c.outputs {
                        var sum = bs[o]
                        let group = o / (c.outputs / c.groups)
                        for a in 0..<h {
                            let row = i * c.window.strideHeight + a - c.window.paddingHeight
                            guard row >= 0, row < c.image[0] else { continue }
                            for b in 0..<k {
                                let column = j * c.window.strideWidth + b - c.window.paddingWidth
                                guard column >= 0, column < c.image[1] else { continue }
                                let pixel = (n * c.image[0] + row) * c.image[1] + column
                                for q in 0..<inputs {
                                    sum +=
                                        xs[pixel * c.image[2] + group * inputs + q]
                                        * ws[((a * k + b) * inputs + q) * c.outputs + o]
                                }
                            }
                        }
                        out.append(sum)
                    }
                }
            }
        }
        return Tensor(
            out, shape: x.shape.dropLast(3) + [size.height, size.width, c.outputs])
    }
}
