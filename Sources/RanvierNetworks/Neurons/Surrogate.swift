import CRanvierKernels
import RanvierTensors

/// The derivative that stands in for that of a spike in the backward pass.
///
/// The forward pass is always the exact step `s = Θ(u − θ)`. Backward, its derivative, zero almost
/// everywhere, is replaced by σ′(x) at `x = u − θ`, a bump around the threshold that lets gradients pass.
///
/// Source: the table of kinds follows Neftci, Mostafa & Zenke 2019 and the papers named at each.
public struct Surrogate: Sendable, CustomStringConvertible {
    /// Name and parameters, as in a configuration file.
    public let description: String
    package let form: Form

    package enum Form: Sendable {
        case kernel(rnv_surrogate_t)
        case custom(@Sendable (Tensor) -> Tensor)
    }

    /// Whether kernels know the derivative, so that it can be worked out where it is needed.
    package var isKernel: Bool { if case .kernel = form { true } else { false } }

    private init(_ description: String, _ kind: Int, _ a: Float = 0, _ b: Float = 0, _ c: Float = 0)
    {
        self.description = description
        form = .kernel(rnv_surrogate_t(kind: Int32(kind), a: a, b: b, c: c))
    }

    /// A derivative of your own.
    ///
    /// - Parameter derivative: maps `x = u − θ` of any shape to σ′(x) of the same shape.
    public static func custom(
        _ name: String, derivative: @escaping @Sendable (Tensor) -> Tensor
    ) -> Surrogate {
        Surrogate(description: name, form: .custom(derivative))
    }

    private init(description: String, form: Form) {
        self.description = description
        self.form = form
    }

    /// σ′ at `x`, the distance of the membrane to the threshold.
    public func derivative(at x: Tensor) -> Tensor {
        switch form {
        case .custom(let derivative): return derivative(x.detached)
        case .kernel(let kernel):
            let source = x.detached.denseBuffer
            return Tensor(denseShape: x.shape) {
                rnv_surrogate(kernel, 0, source.pointer, $0.baseAddress, $0.count)
            }
        }
    }
}

// MARK: - The kinds

extension Surrogate {
    /// `max(0, γ − |x|) / γ²`. Source: Bellec et al. 2018; γ = 1 in Deng et al. 2022 (TET).
    public static func triangular(width: Float) -> Surrogate {
        Surrogate("triangular(width: \(width))", RNV_TRIANGULAR, width)
    }

    /// `1/w` for `|x| < w/2`, else 0. Source: Wu et al. 2018 (STBP), w = 1.
    public static func rectangular(width: Float) -> Surrogate {
        Surrogate("rectangular(width: \(width))", RNV_RECTANGULAR, width)
    }

    /// `b (1 − tanh²(b x)) / (2 tanh(b r))` for `|x| ≤ r`, else 0. Source: Li et al. 2021; b = r = 3 in
    /// Li et al. 2023.
    public static func dspike(steepness: Float, region: Float) -> Surrogate {
        Surrogate(
            "dspike(steepness: \(steepness), region: \(region))", RNV_DSPIKE, steepness, region)
    }

    /// `(α/2) / (1 + (π α x/2)²)`. Source: Fang et al. 2021, α = 2.
    public static func arctangent(alpha: Float) -> Surrogate {
        Surrogate("arctangent(alpha: \(alpha))", RNV_ARCTANGENT, alpha)
    }

    /// `1 / (1 + k |x|)²`. Source: Zenke & Ganguli 2018 (SuperSpike), k = 10 … 100.
    public static func fastSigmoid(slope: Float) -> Surrogate {
        Surrogate("fast-sigmoid(slope: \(slope))", RNV_FAST_SIGMOID, slope)
    }

    /// `α / (1 + |x|)²`: the factor stands outside the bracket.
    public static func superSpike(alpha: Float) -> Surrogate {
        Surrogate("super-spike(alpha: \(alpha))", RNV_SUPER_SPIKE, alpha)
    }

    /// `α σ(α x) (1 − σ(α x))` with the logistic σ.
    public static func sigmoid(alpha: Float) -> Surrogate {
        Surrogate("sigmoid(alpha: \(alpha))", RNV_SIGMOID, alpha)
    }

    /// Density of the normal distribution with the given standard deviation.
    public static func gaussian(standardDeviation: Float) -> Surrogate {
        Surrogate(
            "gaussian(standard-deviation: \(standardDeviation))", RNV_GAUSSIAN, standardDeviation)
    }

    /// `(1 + h) N(x; 0, σ) − h N(x; σ, s σ) − h N(x; −σ, s σ)`. Source: Yin et al. 2021; σ = 0.5,
    /// h = 0.15, s = 6.
    public static func multiGaussian(
        standardDeviation: Float, height: Float, scale: Float
    ) -> Surrogate {
        Surrogate(
            "multi-gaussian(standard-deviation: \(standardDeviation), height: \(height), "
                + "scale: \(scale))",
            RNV_MULTI_GAUSSIAN, standardDeviation, height, scale)
    }

    /// `(α/2) exp(−α |x|)`. Source: Shrestha & Orchard 2018, α = 1.
    public static func piecewiseExponential(alpha: Float) -> Surrogate {
        Surrogate("piecewise-exponential(alpha: \(alpha))", RNV_PIECEWISE_EXPONENTIAL, alpha)
    }

    /// `α / (2 (1 + α |x|)²)`.
    public static func softSign(alpha: Float) -> Surrogate {
        Surrogate("soft-sign(alpha: \(alpha))", RNV_SOFT_SIGN, alpha)
    }

    /// 1 everywhere. Source: Bengio et al. 2013.
    public static let straightThrough = Surrogate("straight-through", RNV_STRAIGHT_THROUGH)

    /// Triangular with γ = 1.
    public static let triangular = Surrogate.triangular(width: 1)
    /// Rectangular with w = 1.
    public static let rectangular = Surrogate.rectangular(width: 1)
    /// Scaled tanh with b = r = 3.
    public static let dspike = Surrogate.dspike(steepness: 3, region: 3)
    /// Arctangent with α = 2.
    public static let arctangent = Surrogate.arctangent(alpha: 2)
    /// Fast sigmoid with k = 25.
    public static let fastSigmoid = Surrogate.fastSigmoid(slope: 25)
    /// α = 1.
    public static let superSpike = Surrogate.superSpike(alpha: 1)
    /// Logistic with α = 4.
    public static let sigmoid = Surrogate.sigmoid(alpha: 4)
    /// Normal density with standard deviation 0.5.
    public static let gaussian = Surrogate.gaussian(standardDeviation: 0.5)
    /// σ = 0.5, h = 0.15, s = 6.
    public static let multiGaussian = Surrogate.multiGaussian(
        standardDeviation: 0.5, height: 0.15, scale: 6)
    /// α = 1.
    public static let piecewiseExponential = Surrogate.piecewiseExponential(alpha: 1)
    /// α = 2.
    public static let softSign = Surrogate.softSign(alpha: 2)
}

/// Spikes where `x ≥ 0` (or `x > 0`), with a surrogate derivative backward.
///
/// The building block for neurons from plain operations.
/// - Parameters:
///   - x: distance of the membrane to the threshold, any shape.
///   - tie: whether `x = 0` fires.
/// - Returns: zeros and ones, the shape of `x`.
public func spike(_ x: Tensor, surrogate: Surrogate, tie: TieRule = .fires) -> Tensor {
    let zero = Tensor(0)
    let value =
        tie == .fires ? x.detached.isGreaterOrEqual(to: zero) : x.detached.isGreater(than: zero)
    let distance = x.detached
    return Tape.record(value, inputs: [x]) { [$0 * surrogate.derivative(at: distance)] }
}

/// What a membrane exactly at the threshold does.
public enum TieRule: String, Sendable, CaseIterable {
    /// It fires: `u ≥ θ`.
    case fires
    /// It stays silent: `u > θ`.
    case silent
}
