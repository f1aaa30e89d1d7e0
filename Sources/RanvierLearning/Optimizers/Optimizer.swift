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

    /// Tensors that the next step depends on, by name.
    var state: [String: Tensor] { get }

    /// Numbers of steps taken and the like.
    var stepCount: Int { get }

    /// Takes over a stored state.
    mutating func restore(state: [String: Tensor], stepCount: Int)
}

/// Elements per part of an update.
let updateGrain = 65536
