import RanvierConfiguration
import RanvierTensors

/// A view that keeps the signs of weights and one size for each output.
///
///     α_j = mean_i |w_ij|,   ŵ_ij = α_j sign(w_ij),   sign(0) = +1
///     ∂L/∂w = ∂L/∂ŵ [|w| ≤ 1]
///
/// With ``isStandardized`` each output's weights are first brought to mean 0 and deviation 1, so that both codes are used:
///
///     w̃_ij = (w_ij − μ_j)/σ_j,   ŵ_ij = α_j sign(w̃_ij),   α_j = mean_i |w_ij − μ_j|,   ∂L/∂w = ∂L/∂ŵ [|w̃| ≤ 1]
///
/// μ, σ and α count as constants in the gradient; means go over the connections that are there, and those that are not stay
/// zero. α > 0 can go into the threshold of the neuron. Sources: Rastegari et al. 2016; standardised: Qin et al. 2020, as Q-SNNs
/// (Wei et al. 2024) use it. Deviation: the constants of the latter are not published; α is the plain form's.
public struct BinaryQuantizer: ParameterView {
    /// `binary`.
    public static let kind = "binary"
    /// After masks, scores and posteriors.
    public static let rank = 20
    /// Whether weights of an output are standardised before the sign is taken.
    public let isStandardized: Bool

    /// Signs and a size for each output.
    public init(isStandardized: Bool = false) { self.isStandardized = isStandardized }

    /// One.
    public var bits: Int? { 1 }
    /// True.
    public var seesNumbersAlone: Bool { true }
    /// True: a bit cannot say that a connection is missing.
    public var removesConnections: Bool { true }

    /// Signs times sizes.
    public func seen(_ stored: Tensor) -> Tensor { seen(stored, alive: nil) }

    /// Signs times sizes; zero where no connection is.
    public func seen(_ stored: Tensor, alive: Tensor?) -> Tensor {
        let weights = stored.detached
        var centred = weights, edge = Tensor(1)
        if isStandardized {
            centred = weights - Self.outputMean(of: weights, alive)
            if let alive { centred = centred * alive }
            edge = Self.outputMean(of: centred * centred, alive).squareRoot()
        }
        let limit = edge, sizes = centred.absoluteValue(), gain = Self.outputMean(of: sizes, alive)
        let signs = centred.isGreaterOrEqual(to: Tensor(0)) * 2 - 1
        var binary = signs * gain
        if let alive { binary = binary * alive }
        return Tape.record(binary, inputs: [stored]) { gradient in
            // What views before this one took away, they also take out of the gradient.
            [gradient * limit.isGreaterOrEqual(to: sizes)]
        }
    }

    /// Mean over the inputs of each output, `[outputs]`, of what is there.
    private static func outputMean(of x: Tensor, _ alive: Tensor?) -> Tensor {
        let axes = Array(0..<max(x.rank - 1, 0))
        // Divided, and not multiplied by a rounded share: equal whole numbers have themselves as their mean.
        guard let alive else {
            return x.sum(axes: axes) / Tensor(Float(x.shape.dropLast().reduce(1, *)))
        }
        let counts = Tensor.maximum(alive.sum(axes: axes), Tensor(1))
        return (x * alive).sum(axes: axes) / counts
    }

    /// `standardized` where it is.
    public var options: ConfigurationValue {
        .section(isStandardized ? [.init("standardized", .boolean(true))] : [])
    }
}
