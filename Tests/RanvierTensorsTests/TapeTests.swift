import Testing

@testable import RanvierTensors

/// Every adjoint against central differences.
@Suite struct AdjointTests {
    let check = GradientCheck()

    static func random(_ shape: [Int], _ name: String, in range: Range<Float> = -1..<1) -> Tensor {
        Tensor(uniformIn: range, shape: shape, from: RandomStream(seed: 7, name: name))
    }

    /// Weighted sum: every element of the result gets a gradient of its own.
    static func weighted(_ x: Tensor) -> Tensor {
        (x * random(x.shape, "weights of the sum")).sum()
    }

    @Test(
        "arithmetic with broadcasting",
        arguments: [
            ([3, 4], [3, 4]), ([3, 4], [4]), ([3, 4], [3, 1]), ([1, 4], [3, 1]), ([2, 3, 4], []),
        ])
    func arithmetic(shapes: ([Int], [Int])) {
        let a = Self.random(shapes.0, "a"), b = Self.random(shapes.1, "b", in: 0.5..<1.5)
        let operations: [(Tensor, Tensor) -> Tensor] = [
            { $0 + $1 }, { $0 - $1 }, { $0 * $1 }, { $0 / $1 }, Tensor.maximum, Tensor.minimum,
        ]
        for operation in operations {
            let error = check.largestError(at: [a, b]) { Self.weighted(operation($0[0], $0[1])) }
            #expect(error < 2e-3)
        }
    }

    @Test func elementaryFunctions() {
        let x = Self.random([5, 7], "x"), positive = Self.random([5, 7], "p", in: 0.5..<2)
        #expect(check.largestError(at: [x]) { Self.weighted($0[0].exp()) } < 2e-3)
        #expect(check.largestError(at: [x]) { Self.weighted($0[0].tanh()) } < 2e-3)
        #expect(check.largestError(at: [x]) { Self.weighted($0[0].sigmoid()) } < 2e-3)
        #expect(check.largestError(at: [x]) { Self.weighted($0[0].squared()) } < 2e-3)
        #expect(check.largestError(at: [x]) { Self.weighted(-$0[0]) } < 2e-3)
        #expect(check.largestError(at: [positive]) { Self.weighted($0[0].log()) } < 2e-3)
        #expect(check.largestError(at: [positive]) { Self.weighted($0[0].squareRoot()) } < 2e-3)
        #expect(check.largestError(at: [positive]) { Self.weighted($0[0].relu()) } < 2e-3)
        #expect(
            check.largestError(at: [positive]) { Self.weighted((-$0[0]).absoluteValue()) } < 2e-3)
        let apart = Tensor([-2, -0.5, 0.1, 0.6, 3], shape: [5])
        #expect(check.largestError(at: [apart]) { Self.weighted($0[0].clamped(to: -1...1)) } < 2e-3)
    }

    @Test func shapes() {
        let x = Self.random([2, 3, 4], "x"), y = Self.random([2, 5, 4], "y")
        let operations: [(Tensor, Tensor) -> Tensor] = [
            { x, _ in x.reshaped(to: [6, 4]) }, { x, _ in x.transposed([2, 0, 1]) },
            { x, _ in x.transposed() }, { x, _ in x.slice(1..<3, along: 1) },
            { x, _ in x.slice(1..<2) }, { x, _ in x.step(at: 1) },
            { Tensor.concatenate([$0, $1, $0], along: 1) }, { x, _ in Tensor.stack([x, x]) },
            { x, _ in x.broadcast(to: [3, 2, 3, 4]) }, { x, _ in x.gathering(rows: [1, 0, 1]) },
            { x, _ in x.gathering([0, 2, 1, 0, 2, 2, 1, 0], along: 1) },
            { x, _ in x.maximum(along: 1) },
            { x, _ in x.masked(by: x.isGreater(than: Tensor(0)).detached, fill: 3) },
        ]
        for (index, operation) in operations.enumerated() {
            let error = check.largestError(at: [x, y]) { Self.weighted(operation($0[0], $0[1])) }
            #expect(error < 2e-3, "operation \(index)")
        }
    }

    @Test(arguments: [[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]])
    func reductions(axes: [Int]) {
        let x = Self.random([3, 4, 5], "x")
        #expect(check.largestError(at: [x]) { Self.weighted($0[0].sum(axes: axes)) } < 2e-3)
        #expect(
            check.largestError(at: [x]) {
                Self.weighted($0[0].mean(axes: axes, keepingAxes: true))
            } < 2e-3)
        // The sum itself, against a loop over positions.
        let plain = x.sum(axes: axes).scalars
        #expect(
            plain.count
                == [3, 4, 5].enumerated().filter { !axes.contains($0.offset) }
                .map(\.element).reduce(1, *))
        #expect(abs(plain.reduce(0, +) - x.scalars.reduce(0, +)) < 1e-4)
    }

    @Test func softmaxAndCrossEntropy() {
        let logits = Self.random([4, 6], "logits", in: -3..<3)
        #expect(check.largestError(at: [logits]) { Self.weighted($0[0].logSoftmax()) } < 2e-3)
        #expect(check.largestError(at: [logits]) { Self.weighted($0[0].softmax()) } < 2e-3)
        for smoothing: Float in [0, 0.1] {
            let error = check.largestError(at: [logits]) {
                $0[0].crossEntropy(labels: [0, 5, 2, 2], smoothing: smoothing)
            }
            #expect(error < 2e-3)
        }
        let uniform = Tensor.zeros([2, 4]).crossEntropy(labels: [0, 3]).scalar
        #expect(abs(uniform - 1.3862944) < 1e-6)
    }

    @Test func matrixProducts() {
        let x = Self.random([3, 2, 5], "x"), w = Self.random([5, 4], "w"), b = Self.random([4], "b")
        let error = check.largestError(at: [x, w, b]) {
            Self.weighted($0[0].matrixProduct($0[1], bias: $0[2]))
        }
        #expect(error < 2e-3)
    }

    @Test func constantSequencesSumTheirGradients() {
        let step = Self.random([2, 5], "step"), w = Self.random([5, 3], "w")
        let error = check.largestError(at: [step, w]) { inputs in
            let sequence = inputs[0].repeatedInTime(steps: 4).matrixProduct(inputs[1])
            let scaled = (sequence * 2 + 1).tanh()
            let varying = Self.random([4, 2, 3], "varying")
            return (scaled * varying).sum() + scaled.sum(axes: [0]).squared().mean()
                + scaled.sum(axes: [2]).squared().sum()
        }
        #expect(error < 3e-3)
    }

    @Test func customOperation() {
        func cube(_ x: Tensor) -> Tensor {
            let plain = x.detached
            return Tape.record(plain * plain * plain, inputs: [x]) { [3 * plain * plain * $0] }
        }
        let x = Self.random([6], "x")
        #expect(check.largestError(at: [x]) { Self.weighted(cube($0[0])) } < 2e-3)
    }

    @Test func severalResultsShareOneAdjoint() {
        func both(_ x: Tensor) -> [Tensor] {
            let plain = x.detached
            return Tape.record([plain * 2, plain * plain], inputs: [x]) { gradients in
                let first = gradients[0].map { $0 * 2 } ?? .zeros(plain.shape)
                let second = gradients[1].map { $0 * plain * 2 } ?? .zeros(plain.shape)
                return [first + second]
            }
        }
        let x = Self.random([6], "x")
        #expect(check.largestError(at: [x]) { both($0[0])[1].sum() } < 2e-3)
        #expect(
            check.largestError(at: [x]) {
                let r = both($0[0]); return (r[0] * r[1]).sum()
            } < 3e-3)
    }

    @Test func aWrongAdjointIsFound() {
        let x = Self.random([6], "x")
        let error = check.largestError(at: [x]) { inputs in
            let plain = inputs[0].detached
            return Tape.record((plain * plain).sum(), inputs: inputs) { [plain * $0] }
        }
        #expect(error > 0.1)
    }

    @Test func longChainsAreReleasedWithoutRecursion() {
        var x = Tensor([1, 2], shape: [2]).tracked()
        for _ in 0..<200_000 { x = -x }
        #expect(x.sum().scalar == 3)
    }

    @Test func variablesUsedTwiceAddTheirGradients() {
        let x = Tensor([3], shape: [1]).tracked()
        let y = x * x + x
        #expect(y.sum().gradients(for: [x])[0].scalars == [7])
        #expect(Tensor([1], shape: [1]).tracked().sum().gradients(for: [x])[0].scalars == [0])
    }

    @Test func namesTheLayerWhoseGradientIsNotFiniteFirst() {
        let x = Tensor([0, 1], shape: [2]).tracked(as: "input")
        let root = Tape.naming("root") { x.squareRoot() }
        let loss = Tape.naming("head") { root.sum() }
        #expect(loss.firstLayerWithNonFiniteGradient() == "input")
        #expect(Tape.naming("head") { x.sum() }.firstLayerWithNonFiniteGradient() == nil)
    }
}
