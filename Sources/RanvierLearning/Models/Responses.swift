/// What a model answers to a batch.
public struct Responses: Sendable {
    /// `[B][outputs]` probabilities of classes, or values in their own units.
    public var answers: [[Float]]
    /// `[B][outputs]` standard deviation of each answer, where the model knows it.
    public var deviations: [[Float]]?
    /// Mean loss of the batch; no number where samples have no targets.
    public var loss: Double

    /// Answers to a batch.
    public init(answers: [[Float]], deviations: [[Float]]? = nil, loss: Double) {
        self.answers = answers
        self.deviations = deviations
        self.loss = loss
    }
}
