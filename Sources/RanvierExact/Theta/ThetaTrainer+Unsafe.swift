import RanvierLearning
import RanvierNetworks
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
    /// What the weights are seen through; nil for as they are.
    private var lens: ThetaLens?
    /// Moves the numbers of the views' own, by the rule and the corrections of the other one.
    private var viewOptimizer = AdaBelief()

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
        let (outcome, look) = try backward(batch)
        update(workspace.changedGradient, through: look, samples: batch.count)
        return outcome
    }

    /// The same with the gradient of all parameters as they are seen, summed over samples, handed out before the update.
    mutating func step(
        on batch: ThetaBatch, reduce: (([Scalar]) throws -> [Scalar])?
    ) throws -> ThetaOutcome {
        guard let reduce else { return try step(on: batch) }
        let (outcome, look) = try backward(batch)
        var reduced = try reduce(Array(workspace.gradient))
        reduced.withUnsafeMutableBufferPointer {
            guard let gradient = $0.baseAddress else { return }
            update(gradient, through: look, samples: batch.count)
        }
        return outcome
    }

    private mutating func backward(
        _ batch: ThetaBatch
    ) throws(ExactError) -> (outcome: ThetaOutcome, look: ThetaLens.Look<Scalar>?) {
        try network.validate(batch)
        guard let lens else {
            return (try workspace.run(network, batch, backward: true), nil)
        }
        let look = lens.look(at: network, tracks: true)
        return (try workspace.run(look.network, batch, backward: true), look)
    }

    private mutating func update(
        _ gradient: UnsafeMutablePointer<Scalar>, through look: ThetaLens.Look<Scalar>?,
        samples: Int
    ) {
        let own = look.flatMap { look in lens?.pullBack(gradient, through: look) } ?? []
        optimizer.update(
            &network,
            gradient: UnsafeBufferPointer(start: gradient, count: network.parameters.count),
            scale: 1 / Double(samples), learningRate: learningRate, belief: belief)
        network.clipPhases()
        guard let lens else { return }
        lens.project(&network)
        guard !own.isEmpty else { return }
        var rule = AdaBelief.Rule()
        rule.belief = belief
        viewOptimizer.rule = rule
        viewOptimizer.learningRate = Float(learningRate)
        // Views may have come later than the first step; one count is enough to go on from.
        viewOptimizer.restore(state: viewOptimizer.state, stepCount: optimizer.count - 1)
        let mean = Tensor(1 / Float(samples))
        viewOptimizer.update(
            lens.ownParameters, gradients: own.map { $0 * mean }, rateFactor: 1)
    }

    /// Goes on with other numbers of a network of the same sizes, seen through other views; the means of the optimiser stay.
    mutating func take(_ network: FastThetaNetwork<Scalar>, through lens: ThetaLens?) {
        self.network = network
        self.lens = lens
        lens?.project(&self.network)
        let names = Set(lens?.ownParameters.map(\.name) ?? [])
        let kept = viewOptimizer.state.filter { entry in
            names.contains { entry.key.hasSuffix("/" + $0) }
        }
        viewOptimizer.restore(state: kept, stepCount: optimizer.count)
    }

    /// Goes back to a trainer of the same network, parameters and optimiser, without taking memory.
    package mutating func copy(from other: ThetaTrainer) {
        optimizer.copy(from: other.optimizer)
        network.parameters.copy(from: other.network.parameters)
    }

    /// What the network does with a batch, without learning.
    public mutating func evaluate(_ batch: ThetaBatch) throws(ExactError) -> ThetaOutcome {
        try network.validate(batch)
        let seen = lens?.look(at: network, tracks: false).network ?? network
        return try workspace.run(seen, batch, backward: false)
    }
}

// MARK: - What a run needs to go on

extension ThetaTrainer where Scalar == Float {
    private static var viewPrefix: String { "views/" }

    /// The means of AdaBelief, and the steps taken; of numbers of the views' own under `views/`.
    public var optimizerState: (tensors: [String: Tensor], stepCount: Int) {
        let state = optimizer.state
        var tensors = [
            "mean": Tensor(state.mean, shape: [state.mean.count]),
            "variance": Tensor(state.variance, shape: [state.variance.count]),
        ]
        for (name, tensor) in viewOptimizer.state { tensors[Self.viewPrefix + name] = tensor }
        return (tensors, state.count)
    }

    /// Takes over the state of an optimiser of the same network.
    ///
    /// Throws where a tensor is missing, strange or of another length, or a number out of its range.
    public mutating func restore(
        _ tensors: [String: Tensor], stepCount: Int
    ) throws(ExactError) {
        let count = network.parameters.count
        var views: [String: Tensor] = [:]
        for (name, tensor) in tensors where name.hasPrefix(Self.viewPrefix) {
            views[String(name.dropFirst(Self.viewPrefix.count))] = tensor
        }
        try requireFit(ofViews: views)
        let plain = tensors.keys.filter { !$0.hasPrefix(Self.viewPrefix) }
        for name in Set(plain).union(["mean", "variance"]).sorted() {
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
        viewOptimizer.restore(state: views, stepCount: stepCount)
    }

    /// Checks means of numbers of the views' own, which come with the first step that sees through them.
    private func requireFit(ofViews state: [String: Tensor]) throws(ExactError) {
        guard !state.isEmpty else { return }
        var shapes: [String: [Int]] = [:]
        for own in lens?.ownParameters ?? [] {
            for kind in ["mean", "variance"] { shapes["\(kind)/\(own.name)"] = own.shape }
        }
        for name in Set(state.keys).union(shapes.keys).sorted() {
            let place = "optimizer/\(Self.viewPrefix)\(name)"
            guard let shape = shapes[name] else { throw .unknownTensor(name: place) }
            let found = state[name]
            try ExactError.require(
                place, count: found?.shape == shape ? shape.elementCount : 0,
                equals: shape.elementCount)
            let least = name.hasPrefix("variance") ? 0 : -Double(Float.greatestFiniteMagnitude)
            for value in found?.scalars ?? [] {
                try ExactError.require(
                    "a number of \(place)", Double(value),
                    in: least...Double(Float.greatestFiniteMagnitude))
            }
        }
    }
}
