import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors
import Testing

@testable import Ranvier
@testable import RanvierAnalysis
@testable import RanvierStudies

/// Coarser clocks, unsteady clocks, and sweeps through stored weights.
@Suite struct ResolutionTests {
    private static func model(
        leak: Leak = .timeConstant(20e-3), scale: InputScale = .unit
    ) throws -> ClockedModel {
        let network = try Network(
            inputShape: [2], timeStep: 1e-3,
            layers: [
                Linear(
                    weights: Tensor([0.05, 0, 0, 0.05], shape: [2, 2]),
                    bias: Tensor([0.002, 0.01], shape: [2])),
                LeakyIntegrator(leak: leak, inputScale: scale),
            ])
        return ClockedModel(
            network: network, encoder: .direct(steps: 32, timeStep: 1e-3), loss: CrossEntropy())
    }

    /// Without spikes a coarser clock is an approximation of the same equation: its last membrane is nearly the same.
    @Test(arguments: [InputScale.unit, .oneMinusLeak], [2, 4])
    func membranesStayWhereTheyWere(scale: InputScale, factor: Int) throws {
        for leak in [Leak.timeConstant(20e-3), .factor(0.95)] {
            let fine = try Self.model(leak: leak, scale: scale)
            let coarse = try fine.coarsened(by: factor, in: .standard)
            #expect(abs(coarse.network.timeStep - 1e-3 * Double(factor)) < 1e-12)
            let input = Tensor([1, 0.5], shape: [1, 2]).repeatedInTime(steps: 32)
            let a = fine.network(input).step(at: 31).scalars
            let binned = ClockedModel.binned(input, by: factor)
            #expect(binned.shape[0] == 32 / factor)
            let b = coarse.network(binned).step(at: 32 / factor - 1).scalars
            for (x, y) in zip(a, b) { #expect(abs(x - y) < 0.12 * abs(x), "\(a) \(b)") }
        }
    }

    @Test func spikesThatMeetCountOnceAndNumbersAddUp() {
        let spikes = Tensor([1, 1, 0, 0, 0, 1], shape: [6, 1, 1]).packedAsSpikes
        #expect(ClockedModel.binned(spikes, by: 2).scalars == [1, 0, 1])
        #expect(ClockedModel.binned(spikes, by: 4).scalars == [1, 1])
        let numbers = Tensor([1, 2, 3, 4, 5, 6], shape: [6, 1, 1])
        #expect(ClockedModel.binned(numbers, by: 2).scalars == [3, 7, 11])
        #expect(ClockedModel.binned(numbers, by: 1).scalars == numbers.scalars)
    }

    @Test func jitterMovesByAtMostItsReach() {
        var values = [Float](repeating: 0, count: 60)
        for step in stride(from: 5, to: 55, by: 10) { values[step] = 1 }
        let spikes = Tensor(values, shape: [60, 1, 1]).packedAsSpikes
        let stream = RandomStream(seed: 1, name: "jitter")
        let moved = ResolutionAnalysis.moved(spikes, by: 3, from: stream).scalars
        let places = moved.indices.filter { moved[$0] != 0 }
        #expect(places.count == 5)
        for (place, from) in zip(places, stride(from: 5, to: 55, by: 10)) {
            #expect(abs(place - from) <= 3)
        }
        #expect(places != Array(stride(from: 5, to: 55, by: 10)))
        let rows = Tensor((0..<20).map(Float.init), shape: [20, 1, 1])
        for (row, value) in ResolutionAnalysis.moved(rows, by: 2, from: stream).scalars.enumerated()
        {
            #expect(abs(Float(row) - value) <= 2)
        }
    }

    @Test func modelsWithoutAClockAreRefusedByName() throws {
        let theta = ThetaModel(network: try FastThetaNetwork<Float>(sizes: [4, 3], trial: 2))
        let data = try Dataset(
            name: "four", values: [0, 1, 0, 1, 1, 0, 1, 0], featureShape: [4], labels: [0, 1])
        let error = #expect(throws: ModelError.self) {
            try ResolutionAnalysis(model: theta, data: data, registry: .standard)
        }
        #expect(error?.description.contains("event-driven") == true)
    }

    /// Formal spike times of theta networks never jump; scores of a network that spikes on the way do.
    @Test func storedNetworksAreSwept() throws {
        var network = try FastThetaNetwork<Float>(sizes: [4, 3, 2], trial: 2)
        network.randomize(seed: 1, scale: 2)
        let data = try Dataset(
            name: "four", values: [0.9, 1, 0.2, 1, 1, 0.8, 1, 0.1], featureShape: [4],
            labels: [0, 1])
        var study = StoredContinuity()
        (study.sweeps, study.positions) = (2, 11)
        let smooth = try study.run(
            ThetaModel(network: network), named: "theta", on: data
        ) { _, _ in }
        #expect(smooth.tally.jumps == 0 && smooth.tally.sweeps == 2 && smooth.unit == "s")

        let clocked = try ClockedModel(
            encoder: .direct(steps: 20, timeStep: 1e-3), inputShape: [4]
        ) {
            Linear(4, 8, gain: 3)
            LIF(membraneTimeConstant: 10e-3)
            Linear(8, 2, gain: 3)
            LeakyIntegrator(membraneTimeConstant: 10e-3)
        }
        let before = clocked.parameters.mapValues(\.scalars)
        let broken = try study.run(clocked, named: "clocked", on: data) { _, _ in }
        #expect(broken.tally.jumps > 0)
        #expect(clocked.parameters.mapValues(\.scalars) == before)
    }
}
