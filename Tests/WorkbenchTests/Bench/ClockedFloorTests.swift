import Testing

@testable import RanvierAnalysis
@testable import RanvierBench
@testable import RanvierExperiments
@testable import RanvierNetworks
@testable import RanvierTensors

@Suite("The floor of clocked workloads")
struct ClockedFloorTests {
    @Test("Operations and bytes of a layer, counted by hand")
    func counted() throws {
        let network = try Network(inputShape: [4]) {
            Linear(4, 32)
            LIF.workload(leak: 0.9)
        }
        let events = Tensor(spikes: [1, 0, 0, 0] + [1, 1, 0, 1], shape: [2, 1, 4])
        let counted = ClockedFloor(neuronSteps: 2 * 32, inputGradientProducts: 160)

        // 4 spikes add 32 weights each: 8 operations of 16 lanes. 64 neuron steps: 4 vectors.
        let trained = Parallel.withThreads(2) {
            counted.value(of: network, input: events, trains: true)
        }
        #expect(trained.operationsPerStep == 2 * 8 + 10 + 9 * 4)
        #expect(
            trained.bytesPerStep == Double(8 * 64 + 28 * (4 * 32 + 32) + 2 * events.storedBytes))
        let inferred = counted.value(of: network, input: events, trains: false)
        #expect(inferred.operationsPerStep == 8 + 3 * 4)

        // Dense input: all 4 inputs, 2 steps.
        let dense = counted.value(of: network, input: events.dense, trains: false)
        #expect(dense.operationsPerStep == 16 + 3 * 4)

        let seconds = try #require(trained.secondsPerStep)
        #expect(seconds >= trained.cpuSecondsPerStep / 2)
    }

    @Test("Peaks of this machine are of a machine's size, however busy it is")
    func peaks() {
        let separate = MachinePeak.vectorOperationsPerSecond(.float32)
        let fused = MachinePeak.fusedOperationsPerSecond
        #expect(separate > 1e7 && separate < 1e11)
        #expect(fused > 0.1 * separate && fused < 10 * separate)
        let copied = MachinePeak.copiedBytesPerSecond
        #expect(copied > 1e7 && copied < 1e13)
    }
}
