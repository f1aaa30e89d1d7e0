import RanvierConfiguration
import RanvierNetworks

/// A model that is shown one row after the other, with its state as a value: a copy goes on from the same moment.
public protocol ModelStream: Sendable {
    /// Shows a row, and tells what the model answers now.
    ///
    /// - Parameter row: values as they were measured; the model's scaling is applied.
    /// - Returns: `[outputs]` probabilities of classes, or values in their own units.
    /// - Throws: an error where the row has another number of values.
    mutating func step(_ row: [Float]) throws -> [Float]

    /// Rows since the beginning.
    var steps: Int { get }

    /// What the network keeps from row to row, by layer and name.
    var state: LayerState { get }
}

/// A kind of model that cannot do what was asked.
public enum ModelError: Error, CustomStringConvertible, Hashable {
    /// Rows cannot be shown one by one.
    case noStream(model: String, reason: String)
    /// Samples are not shown step by step.
    case noSequence(model: String)
    /// Its weights are not moved along directions.
    case noSweep(model: String)
    /// Its time has no coarser steps.
    case noTimeStep(model: String, reason: String)
    /// There is no gradient by the values of a sample.
    case noInputGradient(model: String, reason: String)
    /// A row of another length.
    case row(expected: Int, found: Int)

    /// What was asked for, and why it cannot be.
    public var description: String {
        switch self {
        case .noStream(let model, let reason):
            "a stream of rows: expected a model that takes them one by one, found \(model): \(reason)"
        case .noSequence(let model):
            "damage to spikes and steps: expected a model that is shown sequences, found \(model)"
        case .noSweep(let model):
            "sweeps through weights: expected a clocked or event-driven network, found \(model)"
        case .noTimeStep(let model, let reason):
            "coarser time steps: expected a model whose steps can be longer, found \(model): \(reason)"
        case .noInputGradient(let model, let reason):
            "an attack follows the gradient by the values of a sample: expected a clocked network "
                + "that is shown them at every step, found \(model): \(reason)"
        case .row(let expected, let found):
            "a row of the stream: expected \(expected) values, found \(found)"
        }
    }
}

extension ModelError: ExitStatusProviding {
    /// A row is data; the rest was asked for.
    public var exitStatus: ExitStatus { if case .row = self { .badInput } else { .wrongUsage } }
}
