import RanvierConfiguration

/// The synapses of a fully connected layer under expectation propagation, as configurations and stored models say them.
///
///     linear: {outputs: 100, prior-variance: 3, prior-spread: 0.5}
///     linear: {outputs: 100, weights: binary}
///     linear: {outputs: 100, weights: {ternary: {log-prior-of-zero: 0.5}}}
///
/// With zero-mean weights all hidden neurons would stay alike: `prior-spread` draws the prior means, m₀ = spread·√s₀·N(0, 1),
/// θ₀ = spread·N(0, 1); categorical weights, whose prior is one for all, begin with H = spread·N(0, 1), which updates forget.
public struct BayesianSynapses: Configurable {
    /// Where the prior means of biases come from.
    public enum BiasPlacement: String, CaseIterable, Sendable, Hashable {
        /// `bias-spread`·N(0, 1).
        case random
        /// −Σ_j c m₀_j t_j with t_j uniform in −1…1: each neuron's step lies somewhere among inputs of that range.
        case covering
    }

    /// Neurons behind the synapses.
    public var outputs = 1
    /// What a weight may be.
    public var weights = WeightFamily.gaussian
    /// s₀ of Gaussian weights.
    public var priorVariance: Float = 3
    /// How far prior means lie from 0.
    public var priorSpread: Float = 0.5
    /// Prior variance of biases.
    public var biasVariance: Float = 1
    /// How far prior means of biases lie from 0.
    public var biasSpread: Float = 0.5
    /// Where they come from.
    public var biases = BiasPlacement.random
    /// τ: variances of weights are divided by it where potentials spread.
    public var varianceDiscount: Float = 1

    /// One output.
    public init() {}

    /// The keys.
    public static let schema = Schema<BayesianSynapses> {
        Field.integer("outputs", \.outputs, in: 1..., isRequired: true)
        WeightFamily.field("weights", \.weights)
        Field.number("prior-variance", \.priorVariance, in: .positive)
        Field.refusing("prior-variance") {
            $0.weights != .gaussian && $0.priorVariance != BayesianSynapses().priorVariance
        } because: { _ in
            "has no effect on discrete weights, whose values say how far they lie; leave it out, or use "
                + "weights: gaussian"
        } settle: {
            $0.priorVariance = BayesianSynapses().priorVariance
        }
        Field.number("prior-spread", \.priorSpread, in: 0...)
        Field.number("bias-variance", \.biasVariance, in: .positive)
        Field.number("bias-spread", \.biasSpread, in: 0...)
        Field.choice("biases", \.biases)
        Field.refusing("bias-spread") {
            $0.biases == .covering && $0.biasSpread != BayesianSynapses().biasSpread
        } because: { _ in
            "has no effect with biases: covering, which places them by the weights; leave one of them out"
        } settle: {
            $0.biasSpread = BayesianSynapses().biasSpread
        }
        Field.refusing("biases") {
            $0.biases == .covering && $0.weights != .gaussian
        } because: { _ in
            "covering places biases by the prior means of Gaussian weights; use biases: random"
        } settle: {
            $0.biases = .random
        }
        Field.number("variance-discount", \.varianceDiscount, in: 1..., drawn: 1...4)
    }
}

extension WeightFamily {
    private enum Word: String, CaseIterable { case gaussian, binary, ternary, categorical }

    /// `weights: gaussian`, `binary`, `ternary` or `{categorical: {values: […], log-prior: […]}}`.
    static func field<Value>(_ key: String, _ place: Place<Value, WeightFamily>) -> Field<Value> {
        Field { section, value throws(ConfigurationError) in
            guard section.keys.contains(key) else {
                section.record(key, value[keyPath: place].configurationValue)
                return
            }
            let (word, options) = try section.choiceWithOptions(key, default: Word.gaussian)
            value[keyPath: place] = try WeightFamily(word, options)
        } write: {
            [.init(key, $0[keyPath: place].configurationValue)]
        } vary: { value, random in
            value[keyPath: place] =
                [
                    .gaussian, .binary, .ternary(),
                    .categorical(support: [-1, 0, 2], logPrior: [0, 1, 0]),
                ]
                .randomElement(using: &random) ?? .gaussian
        }
    }

    private init(_ word: Word, _ options: ConfigurationSection) throws(ConfigurationError) {
        switch word {
        case .gaussian: self = .gaussian
        case .binary: self = .binary
        case .ternary:
            self = .ternary(logPriorOfZero: try options.float("log-prior-of-zero", default: 0))
        case .categorical:
            let values = try options.floats("values")
            let logPrior = try options.floats("log-prior", default: values.map { _ in 0 })
            guard values.count >= 2, Set(values).count == values.count else {
                throw options.wrong(
                    "values", expected: "at least two values, all different", found: "\(values)")
            }
            guard logPrior.count == values.count else {
                throw options.wrong(
                    "log-prior", expected: "\(values.count) numbers, one for each value",
                    found: "\(logPrior.count)")
            }
            self = .categorical(support: values, logPrior: logPrior)
        }
    }

    var configurationValue: ConfigurationValue {
        switch self {
        case .gaussian: .string(Word.gaussian.rawValue)
        case .binary: .string(Word.binary.rawValue)
        case .categorical(let support, let logPrior):
            if support == [-1, 0, 1], logPrior[0] == 0, logPrior[2] == 0 {
                Element(
                    Word.ternary.rawValue,
                    .section([.init("log-prior-of-zero", .float(logPrior[1]))])
                ).configurationValue
            } else {
                Element(
                    Word.categorical.rawValue,
                    .section([
                        .init("values", .list(support.map { .float($0) })),
                        .init("log-prior", .list(logPrior.map { .float($0) })),
                    ])
                ).configurationValue
            }
        }
    }
}
