import RanvierTensors

/// What is pruned of a layer: scores of its weights or of its units, and which of them are there.
public struct ScoredLayer: Sendable {
    /// Name, for reports and messages.
    public var name: String
    /// One score for each; its size counts. Weights themselves are scores.
    public var scores: Tensor
    /// Ones where something is, zeros where it is gone already; nil for everything.
    public var alive: Tensor?

    /// Scores of a layer.
    public init(name: String, scores: Tensor, alive: Tensor? = nil) {
        self.name = name
        self.scores = scores.detached.dense
        self.alive = alive?.detached.dense
    }

    var part: MagnitudeOrder.Part { (scores, alive) }
}
