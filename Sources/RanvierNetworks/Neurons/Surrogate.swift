import CRanvierKernels
import RanvierTensors

/// The derivative that stands in for that of a spike in the backward pass.
///
/// The forward pass is always the exact step `s = Θ(u − θ)`. Backward, its derivative, zero almost
/// everywhere, is replaced by σ′(x) at `x = u − θ`, a bump around the threshold that lets gradients pass.
///
/// Source: the table of kinds follows Neftci, Mostafa & Zenke 2019 and the papers named at each.
public struct Surrogate: Sendable {
    /// Name of the kind, as in a configuration.
    public let kind: String
    /// The numbers that shape it, in order.
    public let parameters: [Parameter]
    package let form: Form

    /// A number that shapes a derivative.
    public struct Parameter: Sendable, Hashable {
        /// Its key in a configuration.
        public let name: String
        /// Its value.
        public let value: Float
    }

    package enum Form: Sendable {
        case kernel(rnv_surrogate_t)
        case custom(@Sendable (Tensor) -> Tensor)
    }

    /// Whether kernels know the derivative, so that it can be worked out where it is needed.
    package var isKernel: Bool { if case .kernel = form { true } else { false } }

    private init(_ name: String, _ kernel: Int, _ parameters: KeyValuePairs<String, Float> = [:]) {
        let values = parameters.map(\.value) + [0, 0, 0]
        kind = name
        self.parameters = parameters.map { Parameter(name: $0.key, value: $0.value) }
        form = .kernel(
            rnv_surrogate_t(kind: Int32(kernel), a: values[0], b: values[1], c: values[2]))
    }

    /// A derivative of your own.
    ///
    /// To be stored and named in configurations it needs a kind of the same name in the registry, see ``SurrogateKind``.
    /// - Parameters:
    ///   - parameters: the numbers that shape it, by their keys in a configuration.
    ///   - derivative: maps `x = u − θ` of any shape to σ′(x) of the same shape.
    public static func custom(
        _ name: String, parameters: KeyValuePairs<String, Float> = [:],
        derivative: @escaping @Sendable (Tensor) -> Tensor
    ) -> Surrogate {
        Surrogate(
            kind: name, parameters: parameters.map { Parameter(name: $0.key, value: $0.value) },
            form: .custom(derivative))
    }

    private init(kind: String, parameters: [Parameter], form: Form) {
        self.kind = kind
        self.parameters = parameters
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
        Surrogate("triangular", RNV_TRIANGULAR, ["width": width])
    }

    /// `1/w` for `|x| < w/2`, else 0. Source: Wu et al. 2018 (STBP), w = 1.
    public static func rectangular(width: Float) -> Surrogate {
        Surrogate("rectangular", RNV_RECTANGULAR, ["width": width])
    }

    /// `b (1 − tanh²(b x)) / (2 tanh(b r))` for `|x| ≤ r`, else 0. Source: Li et al. 2021; b = r = 3 in
    /// Li et al. 2023.
    public static func dspike(steepness: Float, region: Float) -> Surrogate {
        Surrogate("dspike", RNV_DSPIKE, ["steepness": steepness, "region": region])
    }

    /// `(α/2) / (1 + (π α x/2)²)`. Source: Fang et al. 2021, α = 2.
    public static func arctangent(alpha: Float) -> Surrogate {
        Surrogate("arctangent", RNV_ARCTANGENT, ["alpha": alpha])
    }

    /// `1 / (1 + k |x|)²`. Source: Zenke & Ganguli 2018 (SuperSpike), k = 10 … 100.
    public static func fastSigmoid(slope: Float) -> Surrogate {
        Surrogate("fast-sigmoid", RNV_FAST_SIGMOID, ["slope": slope])
    }

    /// `α / (1 + |x|)²`: the factor stands outside the bracket.
    public static func superSpike(alpha: Float) -> Surrogate {
        Surrogate("super-spike", RNV_SUPER_SPIKE, ["alpha": alpha])
    }

    /// `α σ(α x) (1 − σ(α x))` with the logistic σ.
    public static func sigmoid(alpha: Float) -> Surrogate {
        Surrogate("sigmoid", RNV_SIGMOID, ["alpha": alpha])
    }

    /// Density of the normal distribution with the given standard deviation.
    public static func gaussian(standardDeviation: Float) -> Surrogate {
        Surrogate("gaussian", RNV_GAUSSIAN, ["standard-deviation": standardDeviation])
    }

    /// `(1 + h) N(x; 0, σ) − h N(x; σ, s σ) − h N(x; −σ, s σ)`. Source: Yin et al. 2021; σ = 0.5,
    /// h = 0.15, s = 6.
    public static func multiGaussian(
        standardDeviation: Float, height: Float, scale: Float
    ) -> Surrogate {
        Surrogate(
            "multi-gaussian", RNV_MULTI_GAUSSIAN,
            ["standard-deviation": standardDeviation, "height": height, "scale": scale])
    }

    /// `(α/2) exp(−α |x|)`. Source: Shrestha & Orchard 2018, α = 1.
    public static func piecewiseExponential(alpha: Float) -> Surrogate {
        Surrogate("piecewise-exponential", RNV_PIECEWISE_EXPONENTIAL, ["alpha": alpha])
    }

    /// `α / (2 (1 + α |x|)²)`.
    public static func softSign(alpha: Float) -> Surrogate {
        Surrogate("soft-sign", RNV_SOFT_SIGN, ["alpha": alpha])
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

extension Surrogate: Hashable, CustomStringConvertible {
    /// Whether two are of one kind with the same numbers.
    public static func == (a: Surrogate, b: Surrogate) -> Bool {
        a.kind == b.kind && a.parameters == b.parameters
    }

    /// The same for equal ones.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        hasher.combine(parameters)
    }

    /// Name and numbers: `dspike(steepness: 3.0, region: 3.0)`.
    public var description: String {
        parameters.isEmpty
            ? kind
            : "\(kind)(\(parameters.map { "\($0.name): \($0.value)" }.joined(separator: ", ")))"
    }
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
