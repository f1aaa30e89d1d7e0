import RanvierNetworks
import RanvierTensors

/// Moves parameters against their gradients.
///
/// The state of an optimiser is part of a checkpoint, so that a run goes on as if it had not stopped.
public protocol Optimizer: Sendable {
    /// Step length before the schedule.
    var learningRate: Float { get set }

    /// One step.
    ///
    /// - Parameters:
    ///   - parameters: changed in place.
    ///   - gradients: one for each, of the same shape.
    ///   - rateFactor: the schedule's factor on the learning rate.
    mutating func update(_ parameters: [Parameter], gradients: [Tensor], rateFactor: Float)

    /// Numbers that are kept for each weight.
    var valuesPerWeight: Int { get }

    /// Tensors that the next step depends on, by name; from the first step on the same names and shapes.
    var state: [String: Tensor] { get }

    /// Beginnings of the names of those that are never negative, such as means of squares.
    static var nonNegativeState: [String] { get }

    /// Numbers of steps taken and the like.
    var stepCount: Int { get }

    /// Takes over a stored state, which was held against ``requireFit(of:steps:for:)`` before.
    mutating func restore(state: [String: Tensor], stepCount: Int)
}

extension Optimizer {
    /// None.
    public static var nonNegativeState: [String] { [] }

    /// Checks that a stored state is one of this optimiser for some parameters.
    ///
    /// Names and shapes are those that a step leaves behind: one is taken, on parameters of zeros, by a copy.
    ///
    /// - Throws: ``TrainingStateError`` for a tensor that is missing, strange, of another shape, or out of range.
    public func requireFit(
        of state: [String: Tensor], steps: Int, for parameters: [Parameter]
    ) throws(TrainingStateError) {
        guard (0...TrainingState.mostSteps).contains(steps) else {
            throw TrainingStateError(
                expected: "steps from 0 to \(TrainingState.mostSteps)", found: "\(steps)")
        }
        var trial = self
        if steps > 0 {
            let gradients = parameters.map { Tensor.zeros($0.shape) }
            trial.update(parameters.map(\.shadow), gradients: gradients, rateFactor: 1)
        }
        try TrainingStateError.require(
            state.mapValues(\.shape), as: trial.state.mapValues(\.shape),
            what: "tensor of the optimiser")
        for (name, tensor) in state.sorted(by: { $0.key < $1.key }) {
            let isSquare = Self.nonNegativeState.contains { name.hasPrefix($0) }
            guard let bad = tensor.scalars.first(where: { !$0.isFinite || isSquare && $0 < 0 })
            else { continue }
            throw TrainingStateError(
                expected:
                    "\(isSquare ? "numbers of at least 0" : "finite numbers") in the tensor of the "
                    + "optimiser '\(name)'", found: "\(bad)")
        }
    }
}

/// Elements per part of an update.
let updateGrain = 65536
