import RanvierConfiguration
import RanvierLearning
import RanvierNetworks

/// `e-prop`: eligibility propagation.
///
///     ε ← α ε + x,   ē ← κ ē + ψ ε,   ΔW = −η Σ_t L[t] ē[t],   L[t] = B (p[t] − y)
///
/// for feed-forward and recurrent leaky neurons, with adaptive thresholds or without (whose eligibility has a second part). The loss
/// is taken at each step; read-outs learn by the same error and the trace of what they hear. For one hidden layer without
/// recurrence, transposed weights and a detached soft reset it is the gradient. With several hidden layers each is taught at the same
/// step: through the layers above, or from the read-out with random feedback. A reset's own part is left out, as published.
///
/// Deviation: of a hard reset, which forgets the membrane, traces do not know.
/// Source: Bellec et al. 2020; for several layers Bohnstingl et al. 2022.
public struct EligibilityPropagation: LocalRule {
    /// `e-prop`.
    public static let kind = "e-prop"

    /// How the error of the read-out reaches hidden neurons.
    public enum Feedback: String, CaseIterable, Hashable, Sendable {
        /// Through the transposes of the weights.
        case symmetric
        /// Through random weights from the read-out to each layer.
        case random
        /// Through feedback weights that spike-timing alignment brings to the transposes, before each epoch.
        case sal
    }

    /// How the error of the read-out reaches hidden neurons.
    public var feedback = Feedback.symmetric
    /// κ, what is left of an eligibility after a step; nil for the leak of the read-out. With 0 synapses keep nothing of their own.
    public var readoutFilter: Double?
    /// Steps that are computed together; changes memory and time, and results by rounding alone. Sequences of at most so many steps
    /// need no number for each synapse of each sample.
    public var chunk = 100

    /// Symmetric feedback, the filter of the read-out.
    public init() {}

    /// With another way of errors.
    public init(
        feedback: Feedback = .symmetric, readoutFilter: Double? = nil, chunk: Int = 100
    ) {
        self.feedback = feedback
        self.readoutFilter = readoutFilter
        self.chunk = chunk
    }

    /// The keys of a configuration.
    public static let schema = Schema<EligibilityPropagation> {
        Field.choice("feedback", \.feedback)
        Field.optionalNumber("readout-filter", \.readoutFilter, in: 0...0.9999)
        Field.integer("chunk", \.chunk, in: 1...)
    }

    /// Traces of all synapses.
    ///
    /// - Throws: ``AlignmentError`` where a layer cannot be taught.
    public func learner(for model: ClockedModel, seed: UInt64) throws -> any LocalLearner {
        let network = try TracedNetwork(model, rule: Self.kind)
        let way: LearningSignal.Way =
            switch feedback {
            case .symmetric: .symmetric
            case .random: .random
            case .sal: .sal
            }
        return TracedLearner(
            network, rule: Self.kind, filter: readoutFilter.map { Float($0) }, chunk: chunk,
            signal: try LearningSignal(way, for: network, of: model, seed: seed))
    }
}
