import RanvierConfiguration
import RanvierLearning
import RanvierTensors

/// What brings feedback weights towards the forward ones between the epochs of a training.
public protocol FeedbackAligner {
    /// Changes the feedback weights of layers one above the other, forward weights as they are.
    ///
    /// - Parameters:
    ///   - stack: the lowest first; the upper neurons of one are the lower ones of the next.
    ///   - epoch: from 0, for random numbers and schedules.
    /// - Returns: what there is to tell, by name.
    mutating func align(
        _ stack: inout [FeedbackLayer], epoch: Int
    ) throws -> [String: ConfigurationValue]

    /// Tensors that the next epoch's alignment depends on besides the feedback weights.
    var state: [String: Tensor] { get }

    /// Takes over a stored state, whatever it is.
    ///
    /// - Throws: `TrainingStateError` where it is none of this aligner for these layers.
    mutating func restore(_ state: [String: Tensor], for stack: [FeedbackLayer]) throws
}

extension FeedbackAligner {
    /// None.
    public var state: [String: Tensor] { [:] }

    /// Nothing is kept.
    public mutating func restore(_ state: [String: Tensor], for stack: [FeedbackLayer]) throws {
        try TrainingStateError.require(
            state.mapValues(\.shape), as: [:], what: "tensor of the alignment")
    }
}
