import Foundation
import RanvierExact
import Testing

/// First-spike closed forms against the event-driven LIF neuron and central differences.
@Suite struct FirstSpikeTests {
    private let times = [0.1, 0.35, 0.5, 0.9, 1.6]
    private let weights = [1.6, 2.1, -0.4, 2.4, 1.1]

    private func simulated(_ tau: Double, _ ratio: Double) throws -> Double {
        let neuron = try LIFNeuron(
            membraneTimeConstant: ratio * tau, synapticTimeConstant: tau)
        let network = try EventGraph(neuron, weights: [[0]], inputWeights: [weights])
        return try network.spikeTimes(
            [SpikeRequest(neuron: 0)], from: [LIFState()],
            inputs: times.enumerated().map { InputSpike(time: $1, input: $0) }, trial: 10)[0]
    }

    private func checkDerivatives(
        _ function: ([Double], [Double]) throws -> FirstSpike.Result
    ) throws {
        let exact = try function(times, weights)
        #expect(exact.time.isFinite)
        for i in times.indices {
            let h = 1e-6
            var right = weights, left = weights
            right[i] += h
            left[i] -= h
            let byWeight =
                (try function(times, right).time - function(times, left).time) / (2 * h)
            #expect(abs(byWeight - exact.byWeights[i]) < 1e-7)
            right = times
            left = times
            right[i] += h
            left[i] -= h
            let byTime =
                (try function(right, weights).time - function(left, weights).time) / (2 * h)
            #expect(abs(byTime - exact.byTimes[i]) < 1e-7)
        }
    }

    @Test func goeltz() throws {
        let double = try FirstSpike.goeltzDouble(
            times: times, weights: weights, synapticTimeConstant: 0.6)
        #expect(abs(double.time - (try simulated(0.6, 2))) < 1e-12)
        let equal = try FirstSpike.goeltzEqual(
            times: times, weights: weights, synapticTimeConstant: 0.6)
        #expect(abs(equal.time - (try simulated(0.6, 1))) < 1e-10)
        try checkDerivatives {
            try FirstSpike.goeltzDouble(times: $0, weights: $1, synapticTimeConstant: 0.6)
        }
        try checkDerivatives {
            try FirstSpike.goeltzEqual(times: $0, weights: $1, synapticTimeConstant: 0.6)
        }
    }

    @Test func comsaAndMostafa() throws {
        try checkDerivatives { try FirstSpike.comsa(times: $0, weights: $1, decay: 1.3) }
        try checkDerivatives { try FirstSpike.mostafa(times: $0, weights: $1) }
        // One input above threshold: 1 − e^(−t) = θ/w.
        let one = try FirstSpike.mostafa(times: [0.5], weights: [2])
        #expect(abs(one.time - (0.5 + log(2))) < 1e-14)
        #expect(try FirstSpike.mostafa(times: [0.5], weights: [0.9]).time == .infinity)
        #expect(try FirstSpike.comsa(times: [0.5], weights: [2.7]).time == .infinity)
        #expect(try FirstSpike.comsa(times: [0.5], weights: [2.72]).time < 1.6)
    }

    @Test func lambertW() throws {
        for w in [-0.999, -0.5, -1e-3, 1e-9, 0.3, 1, 4, 30] {
            let found = try #require(FirstSpike.lambertW(w * exp(w)))
            #expect(abs(found - w) < 1e-11 * max(1, abs(w)))
        }
        #expect(FirstSpike.lambertW(-0.4) == nil)
        #expect(FirstSpike.lambertW(.nan) == nil)
    }

    @Test func badInputIsAnError() {
        #expect(throws: ExactError.self) {
            try FirstSpike.comsa(times: [.nan], weights: [1])
        }
        #expect(throws: ExactError.self) {
            try FirstSpike.mostafa(times: [1], weights: [1, 2])
        }
        #expect(throws: ExactError.self) {
            try FirstSpike.goeltzDouble(times: [1], weights: [.infinity])
        }
    }
}
