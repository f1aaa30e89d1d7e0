import Foundation
import RanvierCompression
import RanvierTensors
import Testing

/// The predictor against simulation and limits, and the search rules.
@Suite struct PredictionTests {
    /// Central differences of the probability between two potentials give the density.
    @Test func densitiesAreDerivatives() {
        let membrane = GaussianMembrane(mean: 0.4, variance: 0.09)
        for u in [-1.0, 0.2, 0.9, 2] {
            let h = 1e-5
            let slope = membrane.probability(from: u - h, to: u + h) / (2 * h)
            #expect(abs(slope - membrane.density(at: u)) < 1e-8)
        }
        // Far tails keep their digits.
        let far = GaussianMembrane(mean: 0, variance: 1).probability(from: 10, to: 20)
        #expect(abs(far / 7.619853024160e-24 - 1) < 1e-6)
    }

    /// Two jointly normal numbers on different sides of the threshold, counted.
    @Test func bivariateIsWhatSimulationCounts() {
        let count = 200_000
        let a = RandomStream(seed: 3, name: "a").normal(count: count).map { Double($0) }
        let b = RandomStream(seed: 3, name: "b").normal(count: count).map { Double($0) }
        for (mean, variance, m, s2) in [
            (0.2, 0.5, 0.1, 0.05), (1.3, 0.2, -0.2, 0.1), (0.9, 0.3, 0, 0.5),
            (0.5, 0.04, 0.3, 0.001),
        ] {
            let membrane = GaussianMembrane(mean: mean, variance: variance)
            let c = -min(s2, 0.999 * variance)
            let rest = (s2 - c * c / variance).squareRoot()
            let changed = (0..<count).count { i in
                let u = mean + variance.squareRoot() * a[i]
                let d = m + c / variance * (u - mean) + rest * b[i]
                return (u >= 1) != (u + d >= 1)
            }
            let found = FiringChange.bivariate(
                membrane, threshold: 1, shiftMean: m, shiftVariance: s2)
            let share = Double(changed) / Double(count)
            #expect(
                abs(found - share) < 5 * (share * (1 - share) / Double(count)).squareRoot() + 1e-4)
        }
    }

    /// For small shifts the folded estimate and the integral meet; without variance they are closed forms.
    @Test func estimatesMeetWhereTheyShould() {
        let membrane = GaussianMembrane(mean: 0.7, variance: 0.3)
        for size in [1e-3, 1e-4] {
            let folded = FiringChange.folded(
                membrane, threshold: 1, shiftMean: size / 2, shiftVariance: size * size)
            let exact = FiringChange.bivariate(
                membrane, threshold: 1, shiftMean: size / 2, shiftVariance: size * size)
            #expect(abs(folded / exact - 1) < 5 * size)
        }
        let shifted = FiringChange.bivariate(
            membrane, threshold: 1, shiftMean: 0.2, shiftVariance: 0)
        #expect(shifted == membrane.probability(from: 0.8, to: 1))
        let near = FiringChange.bivariate(
            membrane, threshold: 1, shiftMean: 0.2, shiftVariance: 1e-10)
        #expect(abs(near - shifted) < 1e-5)
        let still = GaussianMembrane(mean: 0.7, variance: 0)
        #expect(
            abs(FiringChange.bivariate(still, threshold: 1, shiftMean: 0.3, shiftVariance: 1) - 0.5)
                < 1e-12)
        #expect(FiringChange.interval(still, threshold: 1, error: 0.2) == 0)
        #expect(FiringChange.interval(still, threshold: 1, error: 0.4) == 1)
        #expect(
            FiringChange.interval(membrane, threshold: 1, error: 0.1)
                <= FiringChange.bound(membrane, threshold: 1, error: 0.1))
    }

    @Test func changesOfInputsAddToLaterLayers() throws {
        let weights = MaskTests.random([6, 4], "w"), rates = [Double](repeating: 0.3, count: 6)
        let change = try WeightChange(from: weights, to: weights, inputRates: rates)
        #expect(change.worst == [0, 0, 0, 0] && change.shiftVariance == [0, 0, 0, 0])
        let later = try WeightChange(
            from: weights, to: weights, inputRates: rates, inputChange: [0.1, 0, 0, 0, 0, 0])
        for (i, variance) in later.shiftVariance.enumerated() {
            let w = Double(weights.scalars[i])
            #expect(abs(variance - 0.1 * w * w) < 1e-12)
        }
        let membranes = [[GaussianMembrane]](
            repeating: [GaussianMembrane](repeating: .init(mean: 0.6, variance: 0.3), count: 4),
            count: 3)
        let memory = MembraneMemory(leak: 0.5)
        let same = AgreementPrediction(
            .folded, membranes: membranes, change: change, threshold: 1, memory: memory)
        #expect(same.product == 1 && same.union == 1 && same.meanChange == 0)
        let moved = AgreementPrediction(
            .folded, membranes: membranes, change: later, threshold: 1, memory: memory)
        #expect(moved.product < 1 && moved.outputChange.count == 4)
        #expect(abs(moved.outputChange.reduce(0, +) / 4 - moved.meanChange) < 1e-12)
        #expect(moved.change[2][0] > moved.change[0][0])
        #expect(throws: CompressionError.self) {
            try WeightChange(from: weights, to: weights, inputRates: [0.3])
        }
        // More than a spike a step is no share, and would give a negative variance.
        let many = [Double](repeating: 1.5, count: WeightLayout(weights.shape).inputs)
        #expect(throws: CompressionError.self) {
            try WeightChange(from: weights, to: weights, inputRates: many)
        }
    }

    @Test func widthsGrowAndEnd() {
        let width = TicketWidth(
            neurons: 8, error: 1e-5, failure: 0.1, threshold: 0.4, layers: 2, steps: 3)
        #expect(width.synapse > 0 && width.layerCurrents > width.neuron)
        let spikes = width.layerSpikes ?? 0, one = width.networkInOneStep ?? 0
        #expect(one > spikes && (width.network ?? 0) > one)
        #expect((width.network ?? 0) == 8 * (width.networkByBlocks ?? 0))
        var coarse = width
        coarse.error = width.largestError
        #expect(coarse.network == nil && coarse.layerSpikes != nil)
        // Beyond any whole number of a machine.
        var wide = width
        (wide.neurons, wide.error) = (1_000_000, 1e-15)
        #expect((wide.network ?? 0) > 1e30)
        // The exact failure of one synapse is within what the width promises.
        #expect(1 - width.success(ofSynapseWith: width.synapse) <= 0.1)
    }

    // MARK: - Searches

    @Test func stillMasksEndTheSearch() {
        var search = EarlyBird(window: 3, tolerance: 0.1)
        func mask(_ shift: Int) -> [Tensor] {
            [Tensor((0..<20).map { $0 < 10 + shift ? 1 : 0 }, shape: [4, 5])]
        }
        #expect(!search.add(mask(0)) && search.distances.isEmpty)
        #expect(!search.add(mask(4)) && search.distances == [0.2])
        #expect(!search.add(mask(5)) && search.distances == [0.25, 0.05])
        // The oldest has left the window.
        #expect(search.add(mask(5)) && search.distances == [0.05, 0])
    }

    @Test func fewerStepsAreEnoughWhereAnswersSettle() {
        // Outputs that are the same at each step say all there is to say at once.
        let settled = EarlyTime(
            outputs: MaskTests.random([1, 4, 3], "o").reshaped(to: [4, 3])
                .repeatedInTime(steps: 6).dense)
        #expect(settled.normalized() == [0, 0, 0, 0] && settled.chosen() == 2)
        let noisy = EarlyTime(outputs: MaskTests.random([6, 50, 5], "n") * 3)
        #expect(noisy.chosen(below: 1.01) == 2 && noisy.chosen(below: 1e-9) == 6)
        #expect((3...6).contains(noisy.chosen(below: 0.6)))
        #expect(noisy.normalized(.paper) != noisy.normalized(.published))
        #expect(EarlyTime(outputs: MaskTests.random([2, 5, 5], "n")).chosen() == 2)
    }

    @Test func searchesWithFewerStepsAreFaster() {
        #expect(SearchCost(constant: 0).speedUp(from: 5, to: 3) == 5.0 / 3)
        #expect(SearchCost(constant: 2).speedUp(from: 5, to: 3) == 1.4)
        // 10 s for 5 steps, 7 s for 3: 1.5 s for a step, 2.5 s besides.
        let cost = SearchCost(seconds: 10, steps: 5, secondsOfFewer: 7, fewer: 3)
        #expect(abs((cost?.speedUp(from: 5, to: 3) ?? 0) - 10.0 / 7) < 1e-12)
        #expect(SearchCost(seconds: 5, steps: 5, secondsOfFewer: 7, fewer: 3) == nil)
    }
}
