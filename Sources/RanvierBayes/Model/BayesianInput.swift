import RanvierConfiguration
import RanvierTensors

/// How values of samples come in: as they are, or as the mean of spikes over frames, of which the network is told the moments.
///
///     values:  m = x, s = 0; centred: m = x − μ, the mean of the input over the first training samples, frozen from then on
///     rate:    m = x, s = x (1 − x)/T (Bernoulli spikes) or x/T (Poisson spikes), x in 0…1
public enum BayesianInput: Sendable, Hashable {
    /// As they are, or less the mean of each input.
    case values(isCentred: Bool = false)
    /// Means of spikes over T frames.
    case rate(frames: Int, draws: Draws)

    /// How spikes of a frame are drawn.
    public enum Draws: String, CaseIterable, Sendable, Hashable {
        /// At most one.
        case bernoulli
        /// Any number.
        case poisson
    }

    private enum Word: String, CaseIterable { case values, rate }

    /// Reads `encoding`.
    public init(_ section: ConfigurationSection, key: String) throws(ConfigurationError) {
        let (word, options) = try section.choiceWithOptions(key, default: Word.values)
        self = try Self.read(word, options)
    }

    /// Reads a stored element.
    init(_ element: Element, in registry: Registry, at place: String) throws {
        let section = try ConfigurationSection(
            ConfigurationNode(
                .section([.init("encoder", element.configurationValue)]), location: place),
            location: place, keyPath: "", registry: registry)
        self = try BayesianInput(section, key: "encoder")
        try section.finish()
    }

    private static func read(
        _ word: Word, _ options: ConfigurationSection
    ) throws(ConfigurationError) -> BayesianInput {
        switch word {
        case .values: .values(isCentred: try options.boolean("centred", default: false))
        case .rate:
            .rate(
                frames: try options.integer("frames", in: 1...),
                draws: try options.choice("draws", default: Draws.bernoulli))
        }
    }

    /// As a value.
    public var element: Element {
        switch self {
        case .values(let isCentred):
            Element(Word.values.rawValue, .section([.init("centred", .boolean(isCentred))]))
        case .rate(let frames, let draws):
            Element(
                Word.rate.rawValue,
                .section([
                    .init("frames", .integer(frames)), .init("draws", .string(draws.rawValue)),
                ]))
        }
    }

    /// Frames of a sample.
    public var frames: Int { if case .rate(let frames, _) = self { frames } else { 1 } }

    /// Whether the mean of each input is taken away.
    var isCentred: Bool { self == .values(isCentred: true) }

    /// Whether inputs are known, and not drawn.
    var isKnown: Bool { if case .values = self { true } else { false } }

    /// Variances of inputs; nil where they are known.
    func variance(of values: Tensor) -> Tensor? {
        guard case .rate(let frames, let draws) = self else { return nil }
        let share = 1 / Float(frames)
        return draws == .bernoulli ? (values - values * values) * share : values * share
    }
}
