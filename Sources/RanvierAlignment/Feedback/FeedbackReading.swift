import RanvierTensors

/// What errors go down through where a layer has feedback weights `B` beside its forward ones `W`.
public enum FeedbackReading: Hashable, Sendable {
    /// `B`.
    case weights
    /// `c sign(W)`: all that is known of the forward weights is their sign.
    case signs(scale: FeedbackScale)
    /// `sign(W) |B|`: signs of the forward weights, magnitudes that stay.
    case signedMagnitudes

    /// The weights that errors go through.
    func weights(_ feedback: Tensor, for forward: Tensor) -> Tensor {
        switch self {
        case .weights: return feedback
        case .signs(.unit): return forward.sign()
        case .signs(.fanIn):
            let fanIn = Float(max(forward.shape.dropLast().reduce(1, *), 1))
            return forward.sign() / fanIn.squareRoot()
        case .signedMagnitudes: return forward.sign() * feedback.absoluteValue()
        }
    }
}
