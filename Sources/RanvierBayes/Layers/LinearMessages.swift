/// The factor between weights, inputs and pre-activations of a layer, u_i = Σ_j w_ji c v_j + b_i + ε_i, for some samples.
///
/// With a = c m_v and s_a = c² s_v (m_v, s_v moments of the inputs):
///
///     ω_i = Σ_j m_ji a_j + mb_i
///     V_i = Σ_j [ s_ji a_j² + (m_ji² + s_ji) s_a,j ] + sb_i + σ²
///
/// These moments are exact for independent weights and inputs; that u is Gaussian is the only approximation.
public struct LinearMessages: Sendable {
    /// Moments of inputs, `[samples, inputs]`.
    public let inputs: MomentMatrix
    /// Moments of weights under the cavity, `[inputs, outputs]`.
    public let weights: MomentMatrix
    /// Moments of biases under the cavity, `[1, outputs]`.
    public let biases: MomentMatrix
    /// c.
    public let scale: Double
    /// Moments of pre-activations, `[samples, outputs]`: ω and V.
    public let outputs: MomentMatrix

    /// Least V.
    public static let leastVariance = 1e-12
    /// Least divisor of an exact division.
    public static let leastDivisor = 0.1

    /// The forward pass of a layer.
    ///
    /// - Parameters:
    ///   - noise: σ².
    ///   - varianceDiscount: τ; V is taken with s/τ and sb/τ. A heuristic for posteriors that keep too much variance.
    public init(
        inputs: MomentMatrix, weights: MomentMatrix, biases: MomentMatrix, scale: Double,
        noise: Double, varianceDiscount: Double = 1
    ) {
        self.inputs = inputs
        self.weights = weights
        self.biases = biases
        self.scale = scale
        let samples = inputs.mean.rows, width = weights.mean.columns
        var omega = PlainMatrix(rows: samples, columns: width), variance = omega
        for n in 0..<samples {
            for i in 0..<width {
                var mean = biases.mean[0, i],
                    spread = biases.variance[0, i] / varianceDiscount + noise
                for j in 0..<weights.mean.rows {
                    let m = weights.mean[j, i], s = weights.variance[j, i] / varianceDiscount
                    let a = scale * inputs.mean[n, j]
                    let own = scale * scale * inputs.variance[n, j]
                    mean += m * a
                    spread += s * a * a + (m * m + s) * own
                }
                omega[n, i] = mean
                variance[n, i] = max(spread, Self.leastVariance)
            }
        }
        outputs = MomentMatrix(mean: omega, variance: variance)
    }

    /// The message of a sample to a weight. Exact is the Gaussian division of the new by the cavity; relaxed leaves out its divisor,
    /// an error of order 1/fan-in, and is the only one for discrete weights.
    ///
    ///     q = a² Γ⁺;   relaxed: G = q, H = a g + m q
    ///     exact: d = max(1 − s q, 0.1),  G = q/d,  H = (a g + m q)/d
    public func toWeight(
        _ j: Int, _ i: Int, sample n: Int, moments: FactorMoments, isExact: Bool
    ) -> NaturalGaussian {
        let a = scale * inputs.mean[n, j], q = a * a * moments.concave.curvature
        let d = isExact ? max(1 - weights.variance[j, i] * q, Self.leastDivisor) : 1
        return NaturalGaussian(
            precision: q / d, linear: (a * moments.slope + weights.mean[j, i] * q) / d)
    }

    /// The message of a sample to a bias, by exact division: a weight whose input is 1.
    public func toBias(_ i: Int, moments: FactorMoments) -> NaturalGaussian {
        let gamma = moments.concave.curvature
        let d = max(1 - biases.variance[0, i] * gamma, Self.leastDivisor)
        return NaturalGaussian(
            precision: gamma / d, linear: (moments.slope + biases.mean[0, i] * gamma) / d)
    }

    /// Messages of all outputs to each input, `[samples, inputs]`:
    ///
    ///     A = c² Σ_i Γ⁺_i m_ji²,   B = c Σ_i g_i m_ji + A m_v
    public func toInputs(_ moments: [[FactorMoments]]) -> MessageMatrix {
        var result = MessageMatrix(rows: inputs.mean.rows, columns: inputs.mean.columns)
        for n in 0..<inputs.mean.rows {
            for j in 0..<inputs.mean.columns {
                var precision = 0.0, slope = 0.0
                for (i, factor) in moments[n].enumerated() {
                    let m = weights.mean[j, i]
                    precision += scale * scale * factor.concave.curvature * m * m
                    slope += scale * factor.slope * m
                }
                result[n, j] = NaturalGaussian(
                    precision: precision, linear: slope + precision * inputs.mean[n, j])
            }
        }
        return result
    }

    /// Sums of the messages of all samples to the weights, `[inputs, outputs]`, and to the biases, `[1, outputs]`.
    public func sums(
        _ moments: [[FactorMoments]], isExact: Bool
    ) -> (weights: MessageMatrix, biases: MessageMatrix) {
        let (fanIn, width) = (weights.mean.rows, weights.mean.columns)
        var toWeights = MessageMatrix(rows: fanIn, columns: width)
        var toBiases = MessageMatrix(rows: 1, columns: width)
        for (n, row) in moments.enumerated() {
            for i in 0..<width {
                toBiases[0, i] = toBiases[0, i] * toBias(i, moments: row[i])
                for j in 0..<fanIn {
                    toWeights[j, i] =
                        toWeights[j, i]
                        * toWeight(j, i, sample: n, moments: row[i], isExact: isExact)
                }
            }
        }
        return (toWeights, toBiases)
    }
}
