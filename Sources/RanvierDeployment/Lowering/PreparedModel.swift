import RanvierLearning

/// A model in integers, and the way to it.
public struct PreparedModel: Sendable {
    /// The model.
    public var model: IntegerModel
    /// What was done to it, a sentence each.
    public var steps: [String]
    /// What may cost accuracy, a sentence each.
    public var warnings: [String]
    /// The clocked model that was lowered: the same whole numbers, computed in floats, which spikes as the model in integers does
    /// wherever no membrane is saturated and single precision is exact, below 2²⁴; nil where the model was one of integers already.
    public var whole: (any SpikingModel)?
}
