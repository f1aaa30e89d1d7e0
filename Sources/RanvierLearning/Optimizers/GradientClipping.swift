import CRanvierKernels
import RanvierTensors

/// Limits on gradients before the optimiser's step.
public enum GradientClipping: Sendable, Hashable {
    /// None.
    case none
    /// All gradients are scaled so that their joint Euclidean norm is at most this.
    case norm(Float)
    /// Each element is limited to ± this.
    case value(Float)

    /// The gradients within the limits.
    public func apply(to gradients: [Tensor]) -> [Tensor] {
        switch self {
        case .none: return gradients
        case .value(let limit): return gradients.map { $0.clamped(to: -limit...limit) }
        case .norm(let limit):
            let norm = Self.norm(of: gradients)
            guard norm > Double(limit) else { return gradients }
            let scale = Float(Double(limit) / norm)
            return gradients.map { $0 * scale }
        }
    }

    /// Joint Euclidean norm of all gradients, accumulated in double precision.
    public static func norm(of gradients: [Tensor]) -> Double {
        gradients.reduce(0.0) { sum, gradient in
            let buffer = gradient.denseBuffer
            return sum + rnv_sum_of_squares(buffer.pointer, buffer.count)
        }.squareRoot()
    }
}
