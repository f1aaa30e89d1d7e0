import RanvierConfiguration

/// How batches are visited and what is remembered of them.
///
///     ε = γM/(κN),   Λ ← (1 − ε) Λ + γ Σ f_n
public struct VisitRule: Configurable {
    /// Most samples of a batch.
    public var batchSize = 32
    /// κ, passes that are remembered: 1 for stochastic EP, very large for assumed-density filtering.
    public var memory = 10.0
    /// Samples that are remembered, κN, for rows that arrive once; nil for `memory` passes.
    public var window: Int?
    /// γ, the gain of a visit.
    public var gain = 1.0
    /// How large batches may be while little was seen.
    public var ramp = BatchRamp()
    /// Whether messages to weights are exact divisions.
    public var messages = Messages.relaxed

    /// The form of messages to weights.
    public enum Messages: String, CaseIterable, Sendable, Hashable {
        /// Without the divisor 1 − s a² Γ: two products of matrices.
        case relaxed
        /// With it: for Gaussian weights of few inputs.
        case exact
    }

    /// Batches of 32, ten passes remembered.
    public init() {}

    /// The keys.
    public static let schema = Schema<VisitRule> {
        Field.integer("batch-size", \.batchSize, in: 1...)
        Field.number("memory", \.memory, in: .positive)
        Field.optionalInteger("window", \.window, in: 2..., drawn: 2...9)
        Field.refusing("memory") {
            $0.window != nil && $0.memory != VisitRule().memory
        } because: { _ in
            "says the same as 'window', in passes instead of samples; use one of them"
        } settle: {
            $0.memory = VisitRule().memory
        }
        Field.number("gain", \.gain, in: .positive)
        Field.section("ramp", \.ramp)
        Field.choice("messages", \.messages)
    }

    /// κN for a data set of N samples. Never below 1, which would leave less than nothing of a cavity.
    func weight(samples: Int) -> Double {
        max(window.map(Double.init) ?? memory * Double(samples), 1)
    }
}
