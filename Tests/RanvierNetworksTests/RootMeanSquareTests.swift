import RanvierConfiguration
import RanvierTestSupport
import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

/// Scales from the root of the mean square, and how far gradients reach beyond the largest code.
@Suite struct RootMeanSquareTests {
    /// The definition, in double precision over what is there.
    private static func scales(
        _ weights: Tensor, _ alive: Tensor?, perOutput: Bool, factor: Double
    ) -> [Float] {
        let width = weights.shape.last ?? 1, w = weights.scalars
        let lives = alive?.scalars ?? [Float](repeating: 1, count: w.count)
        return (0..<(perOutput ? width : 1)).map { output in
            let own = w.indices.filter { (!perOutput || $0 % width == output) && lives[$0] != 0 }
            let sum = own.reduce(0.0) { $0 + Double(w[$1]) * Double(w[$1]) }
            return own.isEmpty ? 0 : Float(factor * (sum / Double(own.count)).squareRoot())
        }
    }

    @Test(arguments: [false, true], [[7, 5], [3, 3, 4, 24], [5, 1], [200]])
    func scalesFollowWhatIsThere(perOutput: Bool, shape: [Int]) {
        let mask = ViewTests.mask(shape, "mask", share: 0.6).alive
        let weights = LIFTests.random(shape, "w") * mask
        let view = SymmetricQuantizer(
            bits: 4, scale: .rootMeanSquare(0.386), isPerOutput: perOutput)
        for alive in [nil, mask] {
            let found = view.scales(of: weights, alive: alive)
            let expected = Self.scales(weights, alive, perOutput: perOutput, factor: 0.386)
            #expect(found.count == expected.count)
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-6 * $1 })
        }
        // What is gone makes no mean smaller; outputs of a vector have one weight each.
        let sums = [mask, nil].map { view.scales(of: weights, alive: $0).reduce(0, +) }
        #expect(perOutput && shape.count == 1 ? sums[0] == sums[1] : sums[0] > sums[1])
    }

    @Test func outputsWithoutConnectionsStayZero() {
        let weights = Tensor([1, 0, -3, 0], shape: [2, 2])
        let alive = Tensor([1, 0, 1, 0], shape: [2, 2])
        let view = SymmetricQuantizer(bits: 4, scale: .rootMeanSquare(0.5), isPerOutput: true)
        #expect(view.scales(of: weights, alive: alive)[1] == 0)
        #expect(view.seen(weights, alive: alive).scalars[1] == 0)
    }

    /// s is a constant in the gradient, which passes up to (Q + r) s and not beyond.
    @Test(arguments: [false, true]) func theGradientReachesHalfAStepFurther(perOutput: Bool) {
        let q = 7, mix = LIFTests.random([400, 2], "mix", in: 0.5..<1)
        let weights = LIFTests.random([400, 2], "w") * LIFTests.random([2], "gain", in: 0.5..<3)
        for reach: Float in [0, 0.5, 1] {
            let view = SymmetricQuantizer(
                bits: 4, scale: .rootMeanSquare(0.2), isPerOutput: perOutput,
                gradientReach: reach)
            let scales = view.scales(of: weights)
            let w = weights.tracked()
            let gradient = (view.seen(w) * mix).sum().gradients(for: [w])[0].scalars
            var beyond = 0, between = 0
            for (index, value) in weights.scalars.enumerated() {
                let ratio = abs(value) / scales[perOutput ? index % 2 : 0]
                let passes = ratio <= Float(q) + reach
                #expect(gradient[index] == (passes ? mix.scalars[index] : 0))
                beyond += passes ? 0 : 1
                between += passes && ratio > Float(q) ? 1 : 0
            }
            #expect(beyond > 0 && (between > 0) == (reach > 0))
        }
    }

    @Test func whatIsUsualDependsOnTheScale() {
        #expect(SymmetricQuantizer(bits: 4).gradientReach == 0)
        #expect(SymmetricQuantizer(bits: 4, scale: .percentile(90)).gradientReach == 0)
        let view = SymmetricQuantizer(bits: 4, scale: .rootMeanSquare(0.386))
        #expect(view.gradientReach == 0.5 && view.followsScale)
        #expect(view.options["gradient-reach"] == nil)
        let other = SymmetricQuantizer(bits: 4, scale: .percentile(90), gradientReach: 0.5)
        #expect(other.options["gradient-reach"] == .float(0.5))
    }

    /// Of normally distributed weights the factor leaves few codes unused and clips few weights.
    @Test func normalWeightsUseTheirCodes() {
        let weights = Tensor(
            RandomStream(seed: 4, name: "normal").normal(count: 4000), shape: [4000])
        for (bits, factor) in [(4, 0.386), (3, 0.66), (2, 1.2)] {
            let view = SymmetricQuantizer(bits: bits, scale: .rootMeanSquare(factor))
            let codes = view.codes(of: weights)
            let largest = view.largestCode
            #expect(Set(codes) == Set(-largest...largest))
            // Less squared error than with the scale of the largest.
            func error(_ view: SymmetricQuantizer) -> Float {
                (view.seen(weights) - weights).squared().sum().scalar
            }
            #expect(error(view) < 0.8 * error(SymmetricQuantizer(bits: bits)))
        }
    }

    @Test func sameBitsOnAnyNumberOfThreads() {
        let weights = LIFTests.random([3000, 48], "w")
        func run() -> [[Float]] {
            let view = SymmetricQuantizer(
                bits: 4, scale: .rootMeanSquare(0.386), isPerOutput: true)
            let w = weights.tracked(), seen = view.seen(w)
            return [seen.scalars, seen.squared().sum().gradients(for: [w])[0].scalars]
        }
        let one = Parallel.withThreads(1, run)
        #expect(Parallel.withThreads(2, run) == one)
    }
}
