import RanvierLearning
import RanvierNetworks

/// Trains an `EventProblem` step by step.
public struct EventTrainer<Neuron: PseudospikingNeuron, Loss: SpikeTimeLoss>: Sendable {
    /// How a gradient becomes a step.
    public enum Rule: Sendable {
        /// Gradient descent with every entry of the gradient clipped.
        case descent(ClippedDescent)
        /// AdaBelief with a step size that follows a schedule.
        case adaBelief(FlatAdaBelief, StepSizeSchedule)
        /// AdaBelief's step, scaled by a search along it.
        case lineSearch(FlatAdaBelief, SpikeShiftLineSearch)
    }

    /// The problem at its present parameters.
    public private(set) var problem: EventProblem<Neuron, Loss>
    /// How steps are taken.
    public private(set) var rule: Rule
    /// Number of steps taken.
    public private(set) var steps = 0
    private let initialRate: Double

    /// Creates a trainer.
    public init(_ problem: EventProblem<Neuron, Loss>, rule: Rule) {
        self.problem = problem
        self.rule = rule
        initialRate =
            switch rule {
            case .descent(let descent): descent.learningRate
            case .adaBelief(let adaBelief, _): adaBelief.learningRate
            case .lineSearch(let adaBelief, _): adaBelief.learningRate
            }
    }

    /// Takes a step; returns the trial before it.
    @discardableResult
    public mutating func step() throws(ExactError) -> TrialOutcome<Neuron> {
        let outcome = try problem.outcome()
        let gradient = problem.gradient(of: outcome)
        var parameters = problem.parameters
        switch rule {
        case .descent(let descent):
            descent.update(&parameters, gradient: gradient)
        case .adaBelief(var optimizer, let schedule):
            optimizer.learningRate = initialRate * schedule.factor(atStep: steps)
            optimizer.update(&parameters, gradient: gradient)
            rule = .adaBelief(optimizer, schedule)
        case .lineSearch(var optimizer, let search):
            let change = optimizer.step(for: gradient)
            rule = .lineSearch(optimizer, search)
            let factor = try search.factor(for: change, in: problem, at: outcome)
            for i in parameters.indices { parameters[i] += factor * change[i] }
        }
        try problem.setParameters(parameters)
        steps += 1
        return outcome
    }
}
