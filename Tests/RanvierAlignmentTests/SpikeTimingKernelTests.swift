import RanvierTensors
import Testing

@testable import RanvierAlignment

@Suite struct SpikeTimingKernelTests {
    private func train(_ index: Int, steps: Int, rate: Float) -> [Int] {
        RandomStream(seed: 4, name: "train").substream(index).uniform(count: steps).enumerated()
            .filter { $0.element < rate }.map(\.offset)
    }

    private static let kernels: [SpikeTimingKernel] = [
        SpikeTimingKernel(timeConstant: 7), SpikeTimingKernel(timeConstant: 7, pairing: .nearest),
        SpikeTimingKernel(timeConstant: 7, pairing: .within(9)),
        SpikeTimingKernel(window: .triangular, timeConstant: 12),
        SpikeTimingKernel(window: .triangular, timeConstant: 12, pairing: .nearest),
        SpikeTimingKernel(window: .triangular, timeConstant: 12, pairing: .within(5)),
    ]

    /// A synapse changes by minus what its partner does, and spikes of one step say nothing.
    @Test(arguments: kernels) func isAntisymmetric(_ kernel: SpikeTimingKernel) {
        let a = train(0, steps: 300, rate: 0.1), b = train(1, steps: 300, rate: 0.2)
        let forth = kernel.sum(post: a, pre: b)
        #expect(abs(forth) > 0.1)
        #expect(abs(forth + kernel.sum(post: b, pre: a)) < 1e-12)
        #expect(kernel.sum(post: [5], pre: [5]) == 0)
        #expect(kernel.sum(post: [4], pre: [5]) > 0)
        #expect(kernel.sum(post: [5], pre: [4]) < 0)
    }

    /// What a synapse can know step by step is what all pairs say.
    @Test(arguments: kernels) func tracesArePairs(_ kernel: SpikeTimingKernel) {
        let trains = (0..<3).map { train($0, steps: 200, rate: 0.15) }
        var traces = SpikeTraces(of: 3, kernel: kernel)
        for step in 0..<200 {
            traces.advance(trains.indices.filter { trains[$0].contains(step) })
        }
        for i in 0..<3 {
            for j in 0..<3 where i != j {
                let pairs = kernel.sum(post: trains[i], pre: trains[j])
                #expect(abs(traces.sum(post: i, pre: j) - pairs) < 1e-9)
            }
        }
    }

    @Test func normalisationsComeToOnePairStep() {
        for form in AlignmentNormalization.allCases {
            let step = form.step(
                ofPairStep: 3e-4, refractoryPeriod: 10, replicas: 8, steps: 1250)
            let back = form.pairStep(step, refractoryPeriod: 10, replicas: 8, steps: 1250)
            #expect(abs(back - 3e-4) < 1e-15)
        }
        // The published 50 x 50 layer: 0.05 over 8 replicas and a window of 20 steps is a rate of 0.3125.
        let pairStep = AlignmentNormalization.published.pairStep(
            0.05, refractoryPeriod: 10, replicas: 8, steps: 1250)
        #expect(abs(pairStep - 3.125e-4) < 1e-12)
        let rate = AlignmentNormalization.rate.step(
            ofPairStep: pairStep, refractoryPeriod: 10, replicas: 8, steps: 1250)
        #expect(abs(rate - 0.3125) < 1e-9)
        #expect(StepSchedule(2, halving: 20)[20] == 1)
        #expect(StepSchedule(2)[20] == 2)
    }

    @Test func planComesFromTheNoiseFloor() throws {
        let near = try AlignmentPlan(angle: 5, weightDeviation: 0.2, occupancy: 0.25)
        let far = try AlignmentPlan(angle: 20, weightDeviation: 0.2, occupancy: 0.25)
        #expect(near.pairStep < far.pairStep / 10)
        #expect(near.simulatedTime > 10 * far.simulatedTime)
        // Quieter neurons take longer, but the floor is where it was.
        let quiet = try AlignmentPlan(angle: 20, weightDeviation: 0.2, occupancy: 0.01)
        #expect(quiet.pairStep == far.pairStep)
        #expect(quiet.simulatedTime > 20 * far.simulatedTime)
        for (angle, deviation, occupancy) in [(0.0, 1.0, 1.0), (90, 1, 1), (5, 0, 1), (5, 1, 0)] {
            #expect(throws: AlignmentError.self) {
                try AlignmentPlan(
                    angle: angle, weightDeviation: deviation, occupancy: occupancy)
            }
        }
    }
}
