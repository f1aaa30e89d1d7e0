import RanvierConfiguration
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
}
