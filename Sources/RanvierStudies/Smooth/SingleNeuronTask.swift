import RanvierExact

/// The single-neuron task: one extended QIF neuron learns two spike times from two trainable inputs.
///
/// 20 inputs spike once each at fixed times with fixed weights; two more start at weight 0 and at times
/// 1 and 9. The neuron learns to spike at 2.5 and 7.5 within T = 10 by 3000 steps of gradient descent,
/// η = 0.1, entries of the gradient clipped at 0.02. At first both spikes are pseudospikes.
/// Source: Klos & Memmesheimer, arXiv:2309.14523, Fig. 2. Time in units of τ.
public struct SingleNeuronTask: Sendable {
    /// The problem at the start; the parameters are the two weights, then the two times.
    public let problem: EventProblem<QIFNeuron, TargetTimesLoss>
    /// Number of steps.
    public var steps = 3000
    /// Step size and clipping.
    public var descent: ClippedDescent

    /// Creates the task with given fixed inputs.
    ///
    /// Throws where the lists differ in length or a value is illegal.
    public init(
        neuron: QIFNeuron? = nil, fixedTimes: [Double], fixedWeights: [Double],
        trainedTimes: [Double] = [1, 9], trainedWeights: [Double] = [0, 0],
        targets: [Double] = [2.5, 7.5], trial: Double = 10
    ) throws(ExactError) {
        try ExactError.require(
            "fixedWeights", count: fixedWeights.count, equals: fixedTimes.count)
        try ExactError.require(
            "trainedWeights", count: trainedWeights.count, equals: trainedTimes.count)
        let times = fixedTimes + trainedTimes, weights = fixedWeights + trainedWeights
        let model = if let neuron { neuron } else { try QIFNeuron() }
        let network = try EventGraph(model, weights: [[0]], inputWeights: [weights])
        var problem = EventProblem(
            network, from: [QIFState()],
            inputs: times.enumerated().map { InputSpike(time: $1, input: $0) }, trial: trial,
            loss: try TargetTimesLoss(targets: targets))
        problem.trained.weights = Array(fixedTimes.count..<times.count)
        problem.trained.inputTimes = Array(fixedTimes.count..<times.count)
        self.problem = problem
        descent = try ClippedDescent(learningRate: 0.1, clip: 0.02)
    }

    /// Creates the task with 20 uniform times and normal weights of a seed.
    public init(seed: UInt64) throws(ExactError) {
        var random = SplitMix64(seed: seed)
        let times = (0..<20).map { _ in 10 * random.nextUnit() }
        let weights = (0..<20).map { _ in random.nextNormal() }
        try self.init(fixedTimes: times, fixedWeights: weights)
    }

    /// Trains; `report` sees each step's number, the trial before it and the parameters then.
    public func train(
        report: (Int, TrialOutcome<QIFNeuron>, [Double]) -> Void
    ) throws(ExactError) -> EventProblem<QIFNeuron, TargetTimesLoss> {
        var trainer = EventTrainer(problem, rule: .descent(descent))
        for step in 0..<steps {
            let parameters = trainer.problem.parameters
            report(step, try trainer.step(), parameters)
        }
        return trainer.problem
    }
}
