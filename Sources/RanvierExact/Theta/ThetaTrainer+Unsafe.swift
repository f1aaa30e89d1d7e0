import RanvierLearning
import RanvierTensors

/// Trains a layered theta network by AdaBelief on exact gradients.
///
///     η_k = η exp(−k/decay), k = epochs so far
///
/// Source: Klos & Memmesheimer, arXiv:2309.14523 (batch 1000, η = 4e-3, decay 100 epochs, 2 % of the
/// pixels flipped). Initial phases are clipped to [0, Θ] after every step.
public struct ThetaTrainer<Scalar: ThetaScalar>: Sendable {
    /// The network in training.
    public private(set) var network: FastThetaNetwork<Scalar>
    /// Step size of the next step.
    public var learningRate: Double
    /// Which mean AdaBelief compares gradients with.
    public let belief: AdaBelief.Belief

    private var workspace = ThetaWorkspace<Scalar>()
    private var optimizer: ThetaOptimizer<Scalar>

    /// Creates a trainer. Throws where the learning rate is not positive.
    public init(
        _ network: FastThetaNetwork<Scalar>, learningRate: Double = 4e-3,
        belief: AdaBelief.Belief = .newMean
    ) throws(ExactError) {
        try ExactError.require("learningRate", learningRate, above: 0)
        self.network = network
        self.learningRate = learningRate
        self.belief = belief
        optimizer = ThetaOptimizer(count: network.parameters.count)
    }

    /// One step on a batch; returns what the network did before it.
    public mutating func step(on batch: ThetaBatch) throws(ExactError) -> ThetaOutcome {
        let outcome = try backward(batch)
        update(workspace.gradient, samples: batch.count)
        return outcome
    }

    /// The same with the gradient of all parameters, summed over samples, handed out before the update.
    mutating func step(
        on batch: ThetaBatch, reduce: (([Scalar]) throws -> [Scalar])?
    ) throws -> ThetaOutcome {
        guard let reduce else { return try step(on: batch) }
        let outcome = try backward(batch)
        try reduce(Array(workspace.gradient)).withUnsafeBufferPointer {
            update($0, samples: batch.count)
        }
        return outcome
    }

    private mutating func backward(_ batch: ThetaBatch) throws(ExactError) -> ThetaOutcome {
        try network.validate(batch)
        return try workspace.run(network, batch, backward: true)
    }

    private mutating func update(_ gradient: UnsafeBufferPointer<Scalar>, samples: Int) {
        optimizer.update(
            &network, gradient: gradient, scale: 1 / Double(samples),
            learningRate: learningRate, belief: belief)
        network.clipPhases()
    }

    /// Goes back to a trainer of the same network, parameters and optimiser, without taking memory.
    package mutating func copy(from other: ThetaTrainer) {
        optimizer.copy(from: other.optimizer)
        network.parameters.copy(from: other.network.parameters)
    }

    /// What the network does with a batch, without learning.
    public mutating func evaluate(_ batch: ThetaBatch) throws(ExactError) -> ThetaOutcome {
        try network.validate(batch)
        return try workspace.run(network, batch, backward: false)
    }
}

// MARK: - What a run needs to go on

extension ThetaTrainer where Scalar == Float {
    /// The means of AdaBelief, and the steps taken.
    public var optimizerState: (tensors: [String: Tensor], stepCount: Int) {
        let state = optimizer.state
        return (
            [
                "mean": Tensor(state.mean, shape: [state.mean.count]),
                "variance": Tensor(state.variance, shape: [state.variance.count]),
            ], state.count
        )
    }

    /// Takes over the state of an optimiser of the same network.
    ///
    /// Throws where a tensor is missing, strange or of another length, or a number out of its range.
    public mutating func restore(
        _ tensors: [String: Tensor], stepCount: Int
    ) throws(ExactError) {
        let count = network.parameters.count
        for name in Set(tensors.keys).union(["mean", "variance"]).sorted() {
            guard ["mean", "variance"].contains(name) else {
                throw .unknownTensor(name: "optimizer/\(name)")
            }
            let shape = tensors[name]?.shape ?? []
            try ExactError.require(
                "optimizer/\(name)", count: shape.count == 1 ? shape[0] : 0, equals: count)
        }
        let mean = tensors["mean"]?.scalars ?? [], variance = tensors["variance"]?.scalars ?? []
        for value in mean {
            try ExactError.requireFinite("a number of optimizer/mean", Double(value))
        }
        for value in variance {
            try ExactError.require(
                "a number of optimizer/variance", Double(value),
                in: 0...Double(Float.greatestFiniteMagnitude))
        }
        try ExactError.require(
            "steps", Double(stepCount), in: 0...Double(TrainingState.mostSteps))
        optimizer.state = (mean, variance, stepCount)
    }
}
