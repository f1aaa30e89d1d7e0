import Foundation

/// Nodes and weights of Gauss–Hermite quadrature for expectations over N(0, 1).
///
///     E[f(t)] ≈ Σ w_i f(t_i),   He_n(t_i) = 0,   w_i = (n−1)!/(n He_{n−1}(t_i)²),   Σ w_i = 1
///
/// Exact for polynomials up to degree 2n − 1. Nodes are found by Newton's method on normalised Hermite functions.
public struct GaussHermiteRule: Sendable, Hashable {
    /// Ascending.
    public let nodes: [Double]
    /// They sum to one.
    public let weights: [Double]

    /// The rule of the output factors.
    public static let standard = GaussHermiteRule(count: 24)

    /// A rule of some nodes.
    public init(count: Int) {
        precondition(count > 0, "a rule needs at least one node, not \(count)")
        var nodes = [Double](repeating: 0, count: count)
        var weights = nodes
        let n = Double(count)
        for index in 0..<(count + 1) / 2 {
            // From the outermost inwards; starting values for the physicists' polynomials, Press et al. 2007.
            var x: Double
            switch index {
            case 0: x = (2 * n + 1).squareRoot() - 1.85575 * pow(2 * n + 1, -0.16667)
            case 1:
                x =
                    nodes[count - 1] / 2.0.squareRoot() - 1.14 * pow(n, 0.426)
                    / (nodes[count - 1] / 2.0.squareRoot())
            case 2:
                x =
                    1.86 * nodes[count - 2] / 2.0.squareRoot() - 0.86 * nodes[count - 1]
                    / 2.0.squareRoot()
            case 3:
                x =
                    1.91 * nodes[count - 3] / 2.0.squareRoot() - 0.91 * nodes[count - 2]
                    / 2.0.squareRoot()
            default:
                x = (2 * nodes[count - index] - nodes[count - index + 1]) / 2.0.squareRoot()
            }
            x *= 2.0.squareRoot()
            var below = 0.0
            for _ in 0..<60 {
                let (value, last) = Self.normalized(count, at: x)
                below = last
                // He_n' = n He_{n−1}, in the normalised form √n.
                let step = value / (n.squareRoot() * last)
                x -= step
                if abs(step) < 1e-15 * (1 + abs(x)) { break }
            }
            below = Self.normalized(count, at: x).below
            let weight = 1 / (n * below * below)
            nodes[count - 1 - index] = x
            weights[count - 1 - index] = weight
            nodes[index] = -x
            weights[index] = weight
        }
        if count % 2 == 1 { nodes[count / 2] = 0 }
        self.nodes = nodes
        self.weights = weights
    }

    /// He_n(x)/√(n!) and He_{n−1}(x)/√((n−1)!).
    private static func normalized(_ n: Int, at x: Double) -> (value: Double, below: Double) {
        var value = 1.0, below = 0.0
        for k in 1...n {
            let next = (x * value - Double(k - 1).squareRoot() * below) / Double(k).squareRoot()
            (value, below) = (next, value)
        }
        return (value, below)
    }
}
