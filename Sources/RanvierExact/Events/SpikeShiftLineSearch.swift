import Foundation
import RanvierLearning
import RanvierNetworks
import RanvierTensors
import Synchronization

/// Scales a step by the best of a fixed set of factors under which no spike moves too far.
///
/// The factors are 10^x with x evenly spaced from `exponents.lowerBound` to `exponents.upperBound`. A
/// factor is admitted if every spike of the trial, and every spike the loss looks at, moves by at most
/// `largestShift`; among those admitted the one with the least loss wins, 0 if there is none.
/// Source: Klos & Memmesheimer, arXiv:2309.14523, supplement (50 factors, 10⁻⁵ to 10², shift 0.5).
public struct SpikeShiftLineSearch: Sendable, Equatable {
    /// Number of factors.
    public let count: Int
    /// Range of the exponents of ten.
    public let exponents: ClosedRange<Double>
    /// Largest distance a spike may move in one step.
    public let largestShift: Double

    /// Creates a search. Throws where the count or the shift is not positive.
    public init(
        count: Int = 50, exponents: ClosedRange<Double> = -5...2, largestShift: Double = 0.5
    ) throws(ExactError) {
        try ExactError.require("count", Double(count), above: 0)
        try ExactError.require("largestShift", largestShift, above: 0)
        self.count = count
        self.exponents = exponents
        self.largestShift = largestShift
    }

    /// The factors tried.
    public var factors: [Double] {
        (0..<count).map {
            let part = count > 1 ? Double($0) / Double(count - 1) : 1
            let width = exponents.upperBound - exponents.lowerBound
            return pow(10, exponents.lowerBound + part * width)
        }
    }

    /// The factor for `change` at the present parameters of a problem, whose trial is `outcome`.
    public func factor<Neuron, Loss>(
        for change: [Double], in problem: EventProblem<Neuron, Loss>,
        at outcome: TrialOutcome<Neuron>
    ) throws(ExactError) -> Double {
        let spikes = outcome.record.spikesByNeuron()
        let ordinary = spikes.enumerated().flatMap { neuron, spikes in
            spikes.indices.map { SpikeRequest(neuron: neuron, number: $0 + 1) }
        }
        let watched = problem.loss.requests + ordinary
        // A step that goes much too far can make the network fire without end; its trial is given up early.
        let others = SpikeNeighbourhood(
            times: spikes.map { $0.map { outcome.record.events[$0].time } }, radius: largestShift)
        let before = try problem.network.spikeTimes(watched, in: outcome.record)
        let start = problem.parameters, factors = factors
        let found = Mutex(
            [Result<Double?, ExactError>](
                repeating: .success(nil), count: factors.count))
        Parallel.forEach(parts: factors.count) { index in
            let parameters = zip(start, change).map { $0 + factors[index] * $1 }
            let result = Result { () throws(ExactError) in
                try loss(of: problem, at: parameters, watched, before, others)
            }
            found.withLock { $0[index] = result }
        }
        var best = (loss: outcome.loss, factor: 0.0)
        for (factor, result) in zip(factors, found.withLock { $0 }) {
            if let loss = try result.get(), loss < best.loss { best = (loss, factor) }
        }
        return best.factor
    }

    /// The loss of a problem with other parameters; nil where a spike moves too far from where it was.
    private func loss<Neuron, Loss>(
        of problem: EventProblem<Neuron, Loss>, at parameters: [Double],
        _ watched: [SpikeRequest], _ before: [Double], _ others: SpikeNeighbourhood
    ) throws(ExactError) -> Double? {
        var moved = problem
        try moved.setParameters(parameters)
        guard
            let record = try moved.network.simulate(
                from: moved.initialStates, inputs: moved.inputs, trial: moved.trial, near: others)
        else { return nil }
        let after = try moved.network.spikeTimes(watched, in: record)
        let shift = zip(before, after).reduce(0) { max($0, abs($1.0 - $1.1)) }
        guard shift <= largestShift else { return nil }
        let times = Array(after.prefix(problem.loss.requests.count))
        return problem.loss.evaluate(times, trial: problem.trial).value
    }
}
