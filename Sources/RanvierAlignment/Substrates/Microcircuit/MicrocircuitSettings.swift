import RanvierConfiguration

/// How a ``Microcircuit`` is built and taught. Times in steps; the defaults are those of section 4 of the specification.
public struct MicrocircuitSettings: Configurable {
    /// Where the weights come from that carry what the output should have been down.
    public enum Feedback: String, CaseIterable, Sendable {
        /// The forward weights, at every step: backpropagation.
        case copied
        /// Random ones that stay: feedback alignment.
        case fixed
        /// Found by spike-timing alignment, in phases of their own.
        case aligned
    }

    /// Where feedback weights come from.
    public var feedback = Feedback.aligned
    /// τ: how long a cell is refractory, and how long its spike acts.
    public var refractorySteps = 10
    /// λ_api.
    public var apical = 0.02
    /// λ_n.
    public var nudging = 0.6
    /// Steps of moving averages. A lag below it lets a pattern learn from the one before.
    public var averaging = 2000
    /// Length of a pattern in refractory times.
    public var pattern = 2000
    /// Steps of a pattern before weights change.
    public var lag = 2000
    /// η of forward weights into the hidden layers.
    public var hiddenRate = 0.2
    /// η of forward weights into the output.
    public var outputRate = 0.003
    /// η of the feedback weights, for each pair of spikes.
    public var feedbackRate = 0.001
    /// Patterns of an epoch, those of alignment among them.
    public var patterns = 20
    /// Patterns at the end of an epoch in which only feedback weights learn; left out where they do not.
    public var alignmentPatterns = 5
    /// The device. Mismatch is that of the interneurons: what each hears, and each of its synapses, is off by this share.
    public var imperfections = Imperfections()

    /// As published.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<MicrocircuitSettings> {
        Field.choice("feedback", \.feedback)
        Field.integer("refractory-steps", \.refractorySteps, in: 1...1000, drawn: 5...20)
        Field.number("apical", \.apical, in: 0...1)
        Field.number("nudging", \.nudging, in: 0...1)
        Field.integer("averaging", \.averaging, in: 1..., drawn: 100...3000)
        Field.integer("pattern", \.pattern, in: 1..., drawn: 300...3000)
        Field.integer("lag", \.lag, in: 0..., drawn: 0...2000)
        Field.number("hidden-rate", \.hiddenRate, in: 0...)
        Field.number("output-rate", \.outputRate, in: 0...)
        Field.number("feedback-rate", \.feedbackRate, in: 0...)
        Field.integer("patterns", \.patterns, in: 1..., drawn: 10...30)
        Field.integer("alignment-patterns", \.alignmentPatterns, in: 0..., drawn: 0...8)
        Field.section("imperfections", \.imperfections)
    }
}
