import RanvierTestSupport
import Testing

@testable import RanvierTensors

/// Products with weights of which a mask leaves some, against the same without looking at the mask.
@Suite struct LivingWeightsTests {
    /// What is left of weights: single ones, whole inputs, whole outputs, both, one weight, nothing.
    enum Left: String, CaseIterable, Sendable {
        case single, inputs, outputs, both, one, nothing

        /// Ones and zeros for weights `[…, inputs, outputs]`.
        func mask(_ shape: [Int]) -> Tensor {
            let outputs = shape[shape.count - 1], inputs = shape[shape.count - 2]
            let draws = AdjointTests.random(shape, "mask/\(rawValue)").scalars
            return Tensor(
                draws.enumerated().map { place, draw -> Float in
                    let input = place / outputs % inputs, output = place % outputs
                    let isLiving =
                        switch self {
                        case .single: draw > 0
                        case .inputs: input % 3 == 1
                        case .outputs: output % 4 == 2
                        case .both: input % 3 == 1 && output % 4 == 2 && draw > -0.5
                        case .one: place == shape.elementCount / 2
                        case .nothing: false
                        }
                    return isLiving ? 1 : 0
                }, shape: shape)
        }

        /// Whether inputs or outputs without weights are left out in training.
        var isCompact: Bool { self != .single }
    }

    enum Input: CaseIterable, Sendable {
        case numbers, spikes, constant

        func tensor(_ steps: Int, _ rest: [Int]) -> Tensor {
            switch self {
            case .numbers: AdjointTests.random([steps] + rest, "x")
            case .spikes: StorageTests.randomSpikes([steps] + rest, density: 0.2)
            case .constant: Tensor(constantInTime: AdjointTests.random(rest, "x"), steps: steps)
            }
        }
    }

    /// Result and gradients of a product mixed to one number, by x, weights and bias.
    private func outcome(
        _ x: Tensor, _ w: Tensor, _ b: Tensor?, _ mask: Tensor, tracksInput: Bool,
        _ product: (Tensor, Tensor, Tensor?) -> Tensor
    ) -> [Tensor] {
        let x = tracksInput ? x.tracked() : x, w = w.tracked(), b = b?.tracked()
        let y = product(x, w, b)
        let mix = AdjointTests.random(y.shape, "mix")
        let variables = (tracksInput ? [x] : []) + [w] + (b.map { [$0] } ?? [])
        var all = (y * mix).sum().gradients(for: variables)
        // Views mask the gradient of what is gone.
        let place = tracksInput ? 1 : 0
        all[place] = all[place] * mask
        return [y.detached] + all
    }

    private func expectSame(_ a: [Tensor], _ b: [Tensor]) {
        #expect(a.count == b.count)
        for (a, b) in zip(a, b) {
            let size = b.scalars.reduce(Float(1)) { max($0, abs($1)) }
            #expect(a.shape == b.shape && largestDifference(a, b) < 2e-6 * size)
        }
    }

    @Test(arguments: Left.allCases, Input.allCases)
    func matrixProductsAreThoseOfTheWholeMatrix(_ left: Left, _ input: Input) {
        for (inputs, outputs) in [(70, 48), (33, 10)] {
            let mask = left.mask([inputs, outputs]), living = LivingWeights(mask)
            #expect(living.count == mask.scalars.count { $0 != 0 })
            let x = input.tensor(3, [4, inputs])
            let w = living.kept(AdjointTests.random([inputs, outputs], "w"))
            for b in [nil, AdjointTests.random([outputs], "b")] {
                for tracksInput in [false, true] {
                    let dense = outcome(x, w, b, mask, tracksInput: tracksInput) {
                        $0.matrixProduct($1, bias: $2)
                    }
                    let (found, kernels) = KernelLog.recording {
                        outcome(x, w, b, mask, tracksInput: tracksInput) {
                            $0.matrixProduct($1, bias: $2, living: living)
                        }
                    }
                    expectSame(found, dense)
                    let collects = left.isCompact && (outputs > 32 || left != .inputs)
                    #expect(kernels.contains("compactProduct") == collects)
                    for threads in [1, 2] {
                        let again = Parallel.withThreads(threads) {
                            outcome(x, w, b, mask, tracksInput: tracksInput) {
                                $0.matrixProduct($1, bias: $2, living: living)
                            }
                        }
                        #expect(again.map(\.scalars) == found.map(\.scalars))
                    }
                }
            }
        }
    }

    @Test(arguments: Left.allCases, Input.allCases)
    func convolutionsAreThoseOfAllChannels(_ left: Left, _ input: Input) {
        let window = ImageWindow(3, stride: 1, padding: 1), shape = [3, 3, 6, 20]
        let mask = left.mask(shape), living = LivingWeights(mask)
        let x = input.tensor(2, [2, 7, 6, 6]), w = living.kept(AdjointTests.random(shape, "w"))
        for b in [nil, AdjointTests.random([20], "b")] {
            for tracksInput in [false, true] {
                let dense = outcome(x, w, b, mask, tracksInput: tracksInput) {
                    $0.convolution($1, bias: $2, window: window)
                }
                let (found, kernels) = KernelLog.recording {
                    outcome(x, w, b, mask, tracksInput: tracksInput) {
                        $0.convolution(
                            $1, bias: $2, window: window, groups: 1, measuresChannels: false,
                            living: living)
                    }
                }
                expectSame(found, dense)
                #expect(kernels.contains("compactProduct") == left.isCompact)
                for threads in [1, 2] {
                    let again = Parallel.withThreads(threads) {
                        outcome(x, w, b, mask, tracksInput: tracksInput) {
                            $0.convolution(
                                $1, bias: $2, window: window, groups: 1, measuresChannels: false,
                                living: living)
                        }
                    }
                    #expect(again.map(\.scalars) == found.map(\.scalars))
                }
            }
        }
    }

    /// Outside of training the bits are those of the whole matrix, whatever is skipped.
    @Test(arguments: Left.allCases) func inferenceHasTheBitsOfTheWholeMatrix(_ left: Left) {
        for (inputs, outputs) in [(70, 48), (500, 24)] {
            let living = LivingWeights(left.mask([inputs, outputs]))
            let w = living.kept(AdjointTests.random([inputs, outputs], "w"))
            for input in Input.allCases {
                let x = input.tensor(3, [5, inputs])
                for b in [nil, AdjointTests.random([outputs], "b")] {
                    let found = x.matrixProduct(w, bias: b, living: living)
                    #expect(found.scalars == x.matrixProduct(w, bias: b).scalars)
                }
            }
        }
    }

    /// Few weights are listed once, one by one or in groups of four, and anew when they have changed.
    @Test(arguments: [false, true], [66, 64]) func spikesAddListedWeights(
        inGroups: Bool, outputs: Int
    ) {
        let shape = [500, outputs], across = (outputs + 3) / 4
        let draws = AdjointTests.random([500 * outputs], "few").scalars
        let mask = Tensor(
            (0..<500 * outputs).map { place -> Float in
                let unit = place / outputs / 4 * across + place % outputs / 4
                return abs(draws[inGroups ? unit : place]) < (inGroups ? 0.06 : 0.015) ? 1 : 0
            }, shape: shape)
        let living = LivingWeights(mask)
        #expect(inGroups == (living.density > 0.03))
        #expect(living.density > 0.005 && living.groupDensity < 0.08)
        var w = living.kept(AdjointTests.random(shape, "w"))
        // Of single weights so few are left that entries of either width cost the same.
        let width = ListedWeights.list(of: w, living)?.width
        #expect(inGroups ? width == 4 : width != nil)
        let x = StorageTests.randomSpikes([3, 20, 500], density: 0.1)
        for b in [nil, AdjointTests.random([outputs], "b")] {
            let (found, kernels) = KernelLog.recording {
                x.matrixProduct(w, bias: b, living: living)
            }
            #expect(kernels == ["spikeListProduct"])
            #expect(found.scalars == x.matrixProduct(w, bias: b).scalars)
            for threads in [1, 2] {
                let again = Parallel.withThreads(threads) {
                    x.matrixProduct(w, bias: b, living: living)
                }
                #expect(again.scalars == found.scalars)
            }
        }
        let before = x.matrixProduct(w, bias: nil, living: living).scalars
        w.mutateScalars { for place in 0..<$0.count { $0.pointer[place] *= 2 } }
        let after = x.matrixProduct(w, bias: nil, living: living).scalars
        #expect(after == before.map { 2 * $0 } && after.contains { $0 != 0 })
        // What learns is not listed, nor what is left of many.
        let learning = KernelLog.recording {
            x.matrixProduct(w.tracked(), bias: nil, living: living)
        }
        #expect(!learning.kernels.contains("spikeListProduct"))
        let many = LivingWeights(.ones(shape))
        #expect(ListedWeights.list(of: w, many) == nil)
    }

    /// The gradient of images with an empty background is masked on the way; what is masked already is not copied.
    @Test func sparseGradientsComeMasked() {
        let shape = [100, 77], living = LivingWeights(Left.single.mask(shape))
        let x =
            AdjointTests.random([40, 100], "x")
            * StorageTests.randomSpikes([40, 100], density: 0.1).dense
        let w = living.kept(AdjointTests.random(shape, "w")).tracked()
        let mix = AdjointTests.random([40, 77], "g")
        let whole = (x.matrixProduct(w) * mix).sum().gradients(for: [w])[0]
        let (found, kernels) = KernelLog.recording {
            (x.matrixProduct(w, bias: nil, living: living) * mix).sum().gradients(for: [w])[0]
        }
        #expect(kernels.contains("sparseWeightGradient"))
        #expect(found.scalars == living.kept(whole).scalars)
        #expect(living.kept(found).denseBuffer === found.denseBuffer)
        #expect(living.kept(whole).denseBuffer !== whole.denseBuffer)
        // Another mask is looked at, and so are numbers that have changed.
        let other = LivingWeights(Left.outputs.mask(shape))
        #expect(other.kept(found).scalars == other.kept(living.kept(whole)).scalars)
        var changed = living.kept(whole)
        changed.denseBuffer.maskedBy = living
        changed.mutateScalars { for place in 0..<$0.count { $0.pointer[place] = 1 } }
        #expect(living.kept(changed).scalars.reduce(0, +) == Float(living.count))
    }

    @Test func keptNumbersAreThoseOfTheMask() {
        for count in [1, 15, 16, 63, 64, 65, 1000, 70_000] {
            let mask = Tensor(
                AdjointTests.random([count], "m").scalars.map { $0 > 0 ? 1 : 0 }, shape: [count])
            let x = AdjointTests.random([count], "x"), living = LivingWeights(mask)
            let expected = zip(x.scalars, mask.scalars).map { $1 != 0 ? $0 : 0 }
            #expect(living.kept(x).scalars == expected)
            var y = x
            y.mutateScalars { living.clear($0) }
            #expect(y.scalars == expected)
        }
    }
}
