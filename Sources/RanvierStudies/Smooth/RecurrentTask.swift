import Foundation
import RanvierExact
import RanvierLearning

/// The recurrent task: two of ten extended QIF neurons learn spike trains in an all-to-all network.
///
/// Each neuron has an excitatory (+5) and an inhibitory (−5) Poisson input of rate 1; T = 10. Trained are
/// the 90 recurrent weights and all initial potentials and currents, from 0.
/// Source: Klos & Memmesheimer, arXiv:2309.14523, Fig. 3. Time in units of τ.
public struct RecurrentTask: Sendable {
    /// The problem at the start; the parameters are the weights row by row, then (V, I) per neuron.
    public let problem: EventProblem<QIFNeuron, SpikeTrainLoss>
    /// Number of steps.
    public var steps = 10_000
    /// Step size of AdaBelief at the start.
    public var learningRate = 0.01
    /// How it falls: as published by a factor e in 2000 steps.
    public var schedule = StepSizeSchedule.exponential(decay: 2000)

    /// Creates the task with given inputs and targets.
    ///
    /// - Parameters:
    ///   - neurons: N; input i < N drives neuron i with weight `excitation`, input N + i with `inhibition`.
    ///   - targets: of neurons 0, 1, …; the last target of each is the one-sided extra one.
    public init(
        neuron: QIFNeuron? = nil, neurons: Int = 10, inputs: [InputSpike],
        targets: [[Double]], excitation: Double = 5, inhibition: Double = -5, trial: Double = 10
    ) throws(ExactError) {
        let model = if let neuron { neuron } else { try QIFNeuron() }
        let zeros = [[Double]](repeating: Array(repeating: 0, count: neurons), count: neurons)
        let inputWeights = (0..<neurons).map { i in
            (0..<2 * neurons).map { $0 == i ? excitation : $0 == neurons + i ? inhibition : 0 }
        }
        let network = try EventGraph(
            model, weights: zeros, inputWeights: inputWeights, omittingZeroInputs: true)
        var problem = EventProblem(
            network, from: Array(repeating: QIFState(), count: neurons), inputs: inputs,
            trial: trial,
            loss: try SpikeTrainLoss(targets.enumerated().map { ($0.offset, $0.element) }))
        problem.trained.weights = Array(0..<neurons * (neurons - 1))
        problem.trained.initialStates = Array(0..<neurons)
        self.problem = problem
    }

    /// Creates the published setting with inputs and targets drawn from a seed: target intervals
    /// exponential with rates 1 and 1/2, plus a dead time of 1 from the second target on.
    public init(seed: UInt64, neurons: Int = 10, trial: Double = 10) throws(ExactError) {
        var random = SplitMix64(seed: seed)
        func interval(_ rate: Double) -> Double { -log(1 - random.nextUnit()) / rate }
        var inputs: [InputSpike] = []
        for input in 0..<2 * neurons {
            var time = interval(1)
            while time < trial {
                inputs.append(InputSpike(time: time, input: input))
                time += interval(1)
            }
        }
        let targets = [1.0, 0.5].map { rate in
            var times: [Double] = []
            var time = interval(rate)
            while time < trial {
                times.append(time)
                time += 1 + interval(rate)
            }
            return times + [1.1 * trial]
        }
        try self.init(
            neurons: neurons, inputs: inputs.sorted { $0.time < $1.time }, targets: targets,
            trial: trial)
    }

    /// Trains by AdaBelief; `report` sees each step's number and the trial before it.
    public func train(
        belief: AdaBelief.Belief = .newMean,
        report: (Int, TrialOutcome<QIFNeuron>) -> Void
    ) throws(ExactError) -> EventProblem<QIFNeuron, SpikeTrainLoss> {
        let optimizer = try FlatAdaBelief(
            parameterCount: problem.parameters.count, learningRate: learningRate,
            belief: belief)
        return try train(rule: .adaBelief(optimizer, schedule), report: report)
    }

    /// Trains with the spike-shift-limited line search of the supplement: β₂ = 0.99, constant step size.
    public func trainWithLineSearch(
        report: (Int, TrialOutcome<QIFNeuron>) -> Void
    ) throws(ExactError) -> EventProblem<QIFNeuron, SpikeTrainLoss> {
        let optimizer = try FlatAdaBelief(
            parameterCount: problem.parameters.count, learningRate: learningRate, beta2: 0.99)
        return try train(
            rule: .lineSearch(optimizer, try SpikeShiftLineSearch()), report: report)
    }

    private func train(
        rule: EventTrainer<QIFNeuron, SpikeTrainLoss>.Rule,
        report: (Int, TrialOutcome<QIFNeuron>) -> Void
    ) throws(ExactError) -> EventProblem<QIFNeuron, SpikeTrainLoss> {
        var trainer = EventTrainer(problem, rule: rule)
        for step in 0..<steps { report(step, try trainer.step()) }
        return trainer.problem
    }
}
