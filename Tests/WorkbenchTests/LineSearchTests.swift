import RanvierStudies
import Testing

@testable import RanvierExact

/// The line search gives up trials early; that must not change what it finds.
@Suite struct LineSearchTests {
    @Test(arguments: [1, 2] as [UInt64]) func findsTheFactorOfWholeTrials(seed: UInt64) throws {
        let problem = try RecurrentTask(seed: seed).problem
        let outcome = try problem.outcome()
        let change = problem.gradient(of: outcome).map { -0.1 * $0 }
        let search = try SpikeShiftLineSearch(count: 13, exponents: -3...3, largestShift: 0.5)

        let spikes = outcome.record.spikesByNeuron()
        let times = spikes.map { $0.map { outcome.record.events[$0].time } }
        let near = SpikeNeighbourhood(times: times, radius: 0.5)
        var watched = problem.loss.requests
        for (neuron, own) in times.enumerated() {
            watched += own.indices.map { SpikeRequest(neuron: neuron, number: $0 + 1) }
        }
        let before = try problem.network.spikeTimes(watched, in: outcome.record)
        var best = (loss: outcome.loss, factor: 0.0), refused = 0, givenUp = 0
        for factor in search.factors {
            var moved = problem
            try moved.setParameters(zip(problem.parameters, change).map { $0 + factor * $1 })
            let record = try moved.network.simulate(
                from: moved.initialStates, inputs: moved.inputs, trial: moved.trial)
            let after = try moved.network.spikeTimes(watched, in: record)
            let early = try moved.network.simulate(
                from: moved.initialStates, inputs: moved.inputs, trial: moved.trial, near: near)
            if let early { #expect(early.events.map(\.time) == record.events.map(\.time)) }
            if early == nil { givenUp += 1 }
            if zip(before, after).contains(where: { abs($0 - $1) > 0.5 }) {
                refused += 1
                continue
            }
            #expect(early != nil)
            let loss = problem.loss.evaluate(
                Array(after.prefix(problem.loss.requests.count)), trial: problem.trial
            ).value
            if loss < best.loss { best = (loss, factor) }
        }
        #expect(best.factor > 0 && givenUp > 0 && refused < search.count)
        #expect(try search.factor(for: change, in: problem, at: outcome) == best.factor)
    }
}
