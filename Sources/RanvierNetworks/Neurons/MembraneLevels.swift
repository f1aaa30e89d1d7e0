import Foundation
import RanvierConfiguration

/// Levels on which membranes are kept from one step to the next.
///
///     u[t] = K(β v[t−1]) + I[t],   K(x) = s clip(round(x / s), −Q, Q),   Q = 2^(k−1) − 1,   s = R / Q
///     ∂K/∂x = [|x / s| ≤ Q]        (straight through the rounding)
///
/// What is kept is rounded after leak and reset, at every step; sums within a step are not. R should reach the threshold
/// and the largest drive of a step, or spikes are lost. Rounding to the nearest is half to even. Rounded up to whole steps,
/// a leak `1 − 2^−k` is the shift `v − (v >> k)` of whole-number engines; rounded towards zero, a leak `m / 4096` is their
/// product `sgn(v) ((|v| m) >> 12)`, exact for whole numbers below 2²⁴.
///
/// Sources: Yin et al. 2024 (MINT), without its tanh on membranes; levels near the threshold, where an error changes most
/// spikes, after Venkatesh et al. 2024.
public struct MembraneLevels: Configurable {
    /// How membranes are brought to a level.
    public enum Rounding: String, Sendable, Hashable, CaseIterable {
        /// To the nearest.
        case nearest
        /// To the nearest that is not below.
        case up
        /// To the nearest on the way to 0.
        case towardsZero = "towards-zero"
    }

    /// Where levels lie.
    public enum Placement: String, Sendable, Hashable, CaseIterable {
        /// Evenly.
        case uniform
        /// Closer to each other near the threshold, three quarters of them below it, one of them 0.
        case nearThreshold = "near-threshold"
    }

    /// Bits of a membrane, k; nil for as many levels as it takes.
    public private(set) var bits: Int?
    /// Largest size R; nil where the step is given.
    public private(set) var range: Double?
    /// Distance s of two levels; nil where it follows from the range.
    public private(set) var step: Double?
    /// Whether the step is that of the weights before the neurons, which must be quantised with one for all of them.
    public private(set) var sharesStep = false
    /// How membranes are brought to a level.
    public private(set) var rounding = Rounding.nearest
    /// Where levels lie.
    public private(set) var placement = Placement.uniform

    /// 8 bits from −4 to 4.
    public init() { (bits, range) = (8, 4) }

    /// As many levels as k bits have, from −R to R.
    ///
    /// - Parameter placement: levels near the threshold are listed, for up to 4 bits.
    public init(bits: Int, range: Double, placement: Placement = .uniform) {
        precondition((2...16).contains(bits), "membranes have 2 to 16 bits, not \(bits)")
        precondition(range > 0 && range.isFinite, "a range of \(range) cannot be")
        precondition(
            placement == .uniform || bits <= Self.mostListedBits,
            "levels near the threshold are for up to \(Self.mostListedBits) bits, not \(bits)")
        (self.bits, self.range, self.placement) = (bits, range, placement)
    }

    /// Levels at a distance, without a limit or within that of k bits.
    public init(step: Double, bits: Int? = nil, rounding: Rounding = .nearest) {
        precondition(step > 0 && step.isFinite, "a step of \(step) cannot be")
        precondition(bits.map { (2...16).contains($0) } ?? true, "membranes have 2 to 16 bits")
        (self.step, self.bits, self.rounding) = (step, bits, rounding)
    }

    /// Levels of k bits at the distance of the codes of the weights before the neurons, s = α/Q. Gradients reach α from both.
    public init(sharingStepWithBits bits: Int) {
        precondition((2...16).contains(bits), "membranes have 2 to 16 bits, not \(bits)")
        (self.bits, sharesStep) = (bits, true)
    }

    /// Whole numbers, to which a leak `1 − 2^−k` rounds up as the shift `v − (v >> k)` does.
    public static let wholeNumbers = MembraneLevels(step: 1, rounding: .up)

    /// Whole numbers, to which a leak `m / 4096` cuts as the product `sgn(v) ((|v| m) >> 12)` does.
    public static let wholeNumbersTowardsZero = MembraneLevels(step: 1, rounding: .towardsZero)

    /// Most bits of levels that are listed.
    static let mostListedBits = 4

    /// Largest code, Q; infinite without a limit.
    public var largestCode: Float { bits.map { Float(1 << ($0 - 1) - 1) } ?? .infinity }

    /// Distance s of two uniform levels, where they do not share it.
    public var uniformStep: Float {
        if let step { return Float(step) }
        return Float((range ?? 1) / Double(largestCode))
    }

    /// Levels near a threshold, ascending: distances to it grow as squares, `d_i = d_max ((i + ½) / (n − ½))²`.
    func levels(near threshold: Float) -> [Float] {
        let count = 1 << (bits ?? Self.mostListedBits), reach = Float(range ?? 1)
        let centre = min(threshold, reach)
        let below = centre < reach ? count * 3 / 4 : count
        func distance(_ index: Int, of count: Int) -> Float {
            let share = (Float(index) + 0.5) / (Float(count) - 0.5)
            return share * share
        }
        var levels = (0..<below).reversed().map {
            centre - (centre + reach) * distance($0, of: below)
        }
        levels += (0..<(count - below)).map {
            centre + (reach - centre) * distance($0, of: count - below)
        }
        // Rest is a level, or a silent neuron would drift.
        if let nearest = levels.indices.min(by: { abs(levels[$0]) < abs(levels[$1]) }) {
            levels[nearest] = 0
        }
        return levels
    }

    // MARK: - Keys

    /// The keys of a configuration.
    public static let schema = Schema<MembraneLevels> {
        sizes
        Field.choice("rounding", \.rounding)
        Field.choice("levels", \.placement)
        Field.refusing("levels") {
            !$0.canBeListed && $0.placement == .nearThreshold
        } because: { _ in
            "near-threshold is for a range and up to \(mostListedBits) bits; more bits, or a step, "
                + "take uniform levels"
        } settle: {
            $0.placement = .uniform
        }
        Field.refusing("rounding") {
            $0.placement == .nearThreshold && $0.rounding != .nearest
        } because: {
            "'\($0.rounding.rawValue)' has no effect on levels near the threshold, of which the nearest is taken"
        } settle: {
            $0.rounding = .nearest
        }
    }

    private var canBeListed: Bool { range != nil && (bits ?? 16) <= Self.mostListedBits }

    /// `bits` with `range` or `shared-step`, or `step` with or without `bits`.
    private static let sizes = Field<MembraneLevels> { section, value throws(ConfigurationError) in
        let step =
            section.keys.contains("step")
            ? try section.optionalFloat("step", in: .positive) : nil
        let range =
            section.keys.contains("range")
            ? try section.optionalFloat("range", in: .positive) : nil
        guard step == nil || range == nil else {
            throw section.invalid(
                "range", "has no effect beside 'step', from which it follows; keep one of them")
        }
        let shares = try section.boolean("shared-step", default: value.sharesStep)
        if let key = step != nil ? "step" : range != nil ? "range" : nil {
            guard !(shares && section.keys.contains("shared-step")) else {
                throw section.invalid(
                    key,
                    "has no effect with shared-step: true, which takes the step of the "
                        + "weights; keep one of them")
            }
            value.sharesStep = false
        } else if shares {
            (value.sharesStep, value.step, value.range) = (true, nil, nil)
        } else if value.sharesStep {
            (value.sharesStep, value.range) = (false, MembraneLevels().range)
        }
        if let step { (value.step, value.range, value.bits) = (step, nil, nil) }
        if let range { (value.step, value.range) = (nil, range) }
        if section.keys.contains("bits") {
            value.bits = try section.optionalInteger("bits", in: 2...16)
        }
        guard value.bits != nil || value.step != nil else {
            throw section.invalid("bits", "must be there with a range; or give a step")
        }
        section.record("bits", value.bits.map { .integer($0) } ?? .null)
        section.record("range", value.range.map { .float($0) } ?? .null)
        section.record("step", value.step.map { .float($0) } ?? .null)
        section.record("shared-step", .boolean(value.sharesStep))
    } write: {
        [
            .init("bits", $0.bits.map { .integer($0) } ?? .null),
            .init("range", $0.range.map { .float($0) } ?? .null),
            .init("step", $0.step.map { .float($0) } ?? .null),
            .init("shared-step", .boolean($0.sharesStep)),
        ]
    } vary: { value, random in
        if Bool.random(using: &random) {
            value.bits = [2, 3, 4, 8].randomElement(using: &random)
            (value.range, value.step) = (Double.random(in: 1...4, using: &random), nil)
        } else {
            value.bits = Bool.random(using: &random) ? 8 : nil
            (value.range, value.step) = (nil, Double.random(in: 0.05...0.5, using: &random))
        }
    }
}

extension Field {
    /// Levels of membranes, or none: `membrane`.
    static func membrane(_ place: Place<Value, MembraneLevels?>) -> Field {
        Field { section, value throws(ConfigurationError) in
            guard section.keys.contains("membrane") else {
                section.record(
                    "membrane", value[keyPath: place].map(\.configurationValue) ?? .null)
                return
            }
            guard let own = try section.optionalSection("membrane") else {
                value[keyPath: place] = nil
                return
            }
            value[keyPath: place] = try MembraneLevels(own, from: value[keyPath: place])
        } write: {
            [.init("membrane", $0[keyPath: place].map(\.configurationValue) ?? .null)]
        } vary: { value, random in
            value[keyPath: place] =
                Int.random(in: 0..<3, using: &random) == 0
                ? MembraneLevels.random(using: &random) : nil
        }
    }
}
