import RanvierConfiguration

/// What keeps neurons from falling silent or running away while feedback weights are aligned, each by its own drive.
///
///     rate:  μ ← μ + k_r (target − rate)
///     band:  μ ← μ + k_r [(lowest − rate)₊ − (rate − highest)₊]
///
/// A silent neuron has no pairs of spikes, so that its weights stay what they were; one that runs away fires as a clock does. Source:
/// section 3.2 of the specification.
public struct ActivityGuard: Configurable {
    /// What is kept.
    public enum Kind: String, CaseIterable, Sendable {
        /// Nothing.
        case none
        /// One rate.
        case rate
        /// A band of rates.
        case band
    }

    /// What is kept.
    public var kind = Kind.rate
    /// Spikes per second that are meant.
    public var target = 40.0
    /// Drive for each spike per second off, after each block.
    public var strength = 0.004
    /// Lower end of the band.
    public var lowest = 10.0
    /// Upper end of the band.
    public var highest = 90.0
    /// Spikes per second below which a neuron is called silent.
    public var silent = 5.0
    /// Spikes per second above which a neuron is said to run away.
    public var runaway = 120.0

    /// Keeps 40 spikes per second.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<ActivityGuard> {
        Field.choice("kind", \.kind)
        Field.number("target-rate", \.target, in: .positive, drawn: 20...60)
        Field.number("strength", \.strength, in: 0...1, drawn: 0.001...0.01)
        Field.number("lowest-rate", \.lowest, in: 0..., drawn: 5...20)
        Field.number("highest-rate", \.highest, in: .positive, drawn: 60...100)
        Field.number("silent-below", \.silent, in: 0..., drawn: 1...6)
        Field.number("runaway-above", \.runaway, in: .positive, drawn: 100...150)
        Field.refusing("target-rate") {
            $0.kind != .rate && $0.target != ActivityGuard().target
        } because: { _ in
            "has no effect: only the kind 'rate' keeps one rate"
        } settle: {
            $0.kind = .rate
        }
        Field.refusing("lowest-rate", "highest-rate") {
            $0.kind != .band
                && ($0.lowest != ActivityGuard().lowest || $0.highest != ActivityGuard().highest)
        } because: { _ in
            "has no effect: only the kind 'band' keeps a band"
        } settle: {
            $0.lowest = ActivityGuard().lowest
            $0.highest = ActivityGuard().highest
        }
        Field.refusing("lowest-rate", "highest-rate") {
            $0.lowest > $0.highest
        } because: {
            "leaves nothing between lowest-rate \($0.lowest) and highest-rate \($0.highest)"
        } settle: {
            $0.lowest = $0.highest / 2
        }
        Field.refusing("strength") {
            $0.kind == .none && $0.strength != ActivityGuard().strength
        } because: { _ in
            "has no effect with the kind 'none'"
        } settle: {
            $0.strength = ActivityGuard().strength
        }
    }

    /// The drive of a neuron after a block.
    public func drive(after drive: Double, rate: Double) -> Double {
        switch kind {
        case .none: drive
        case .rate: drive + strength * (target - rate)
        case .band: drive + strength * (max(lowest - rate, 0) - max(rate - highest, 0))
        }
    }
}
