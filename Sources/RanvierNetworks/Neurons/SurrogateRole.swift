import RanvierConfiguration

/// What stands in for the derivative of a spike.
public enum SurrogateRole: Role {
    /// A surrogate derivative.
    public typealias Value = Surrogate
    /// `surrogate`.
    public static let name = "surrogate"

    /// Kind and numbers.
    public static func element(of value: Surrogate) -> Element {
        Element(
            value.kind,
            .section(value.parameters.map { .init($0.name, .float($0.value.inShortest)) }))
    }

    /// One of those that are built in.
    public static func sample(using random: inout any RandomNumberGenerator) -> Surrogate? {
        SurrogateKind.standard.randomElement(using: &random)?.sample(&random)
    }
}

/// A kind of surrogate derivative.
public typealias SurrogateKind = Kind<SurrogateRole>

extension Kind where R == SurrogateRole {
    /// A kind with numbers that shape it, all above 0.
    ///
    /// - Parameters:
    ///   - parameters: keys and defaults.
    ///   - make: the derivative for given numbers, in the same order.
    public init(
        _ name: String, parameters: KeyValuePairs<String, Float> = [:],
        make: @escaping @Sendable ([Float]) -> Surrogate
    ) {
        let keys = parameters.map { (name: $0.key, standard: $0.value) }
        self.init(name, payload: NoOptions()) { section, base throws(ConfigurationError) in
            var values: [Float] = []
            for (index, key) in keys.enumerated() {
                let known = base?.kind == name ? base?.parameters : nil
                let standard =
                    known.flatMap { $0.indices.contains(index) ? $0[index].value : nil }
                    ?? key.standard
                values.append(
                    Float(
                        try section.float(key.name, default: standard.inShortest, in: .positive)))
            }
            return make(values)
        } sample: { random in
            make(keys.map { _ in Float.random(in: 0.5...4, using: &random) })
        }
    }

    /// The derivatives that are built in.
    public static let standard: [SurrogateKind] = [
        SurrogateKind("arctangent", parameters: ["alpha": 2]) { .arctangent(alpha: $0[0]) },
        SurrogateKind("triangular", parameters: ["width": 1]) { .triangular(width: $0[0]) },
        SurrogateKind("rectangular", parameters: ["width": 1]) { .rectangular(width: $0[0]) },
        SurrogateKind("dspike", parameters: ["steepness": 3, "region": 3]) {
            .dspike(steepness: $0[0], region: $0[1])
        },
        SurrogateKind("fast-sigmoid", parameters: ["slope": 25]) { .fastSigmoid(slope: $0[0]) },
        SurrogateKind("super-spike", parameters: ["alpha": 1]) { .superSpike(alpha: $0[0]) },
        SurrogateKind("sigmoid", parameters: ["alpha": 4]) { .sigmoid(alpha: $0[0]) },
        SurrogateKind("gaussian", parameters: ["standard-deviation": 0.5]) {
            .gaussian(standardDeviation: $0[0])
        },
        SurrogateKind(
            "multi-gaussian",
            parameters: ["standard-deviation": 0.5, "height": 0.15, "scale": 6]
        ) {
            .multiGaussian(standardDeviation: $0[0], height: $0[1], scale: $0[2])
        },
        SurrogateKind("piecewise-exponential", parameters: ["alpha": 1]) {
            .piecewiseExponential(alpha: $0[0])
        },
        SurrogateKind("soft-sign", parameters: ["alpha": 2]) { .softSign(alpha: $0[0]) },
        SurrogateKind("straight-through") { _ in .straightThrough },
    ]
}
