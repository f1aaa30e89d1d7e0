import Foundation
import RanvierNetworks

/// How a membrane of whole numbers forgets.
enum WholeNumberLeak: Sendable, Hashable {
    /// It does not.
    case nothing
    /// `v − (v >> k)`: keeps 1 − 2^−k, rounded up.
    case shift(Int)
    /// `sgn(v) ((|v| m) >> 12)`: keeps m / 4096, rounded towards zero.
    case multiplier(Int)

    /// Bits below one of a multiplier.
    static let multiplierBits = 12
    /// What a multiplier of 1 would be.
    static let one = 1 << multiplierBits

    /// What a step keeps.
    var factor: Double {
        switch self {
        case .nothing: 1
        case .shift(let places): 1 - exp2(-Double(places))
        case .multiplier(let parts): Double(parts) / Double(Self.one)
        }
    }

    /// Places of the shift.
    var shift: Int? { if case .shift(let places) = self { places } else { nil } }

    /// m.
    var multiplier: Int? { if case .multiplier(let parts) = self { parts } else { nil } }

    /// How what is kept is rounded; nil where it is whole.
    var levels: MembraneLevels? {
        switch self {
        case .nothing: nil
        case .shift: .wholeNumbers
        case .multiplier: .wholeNumbersTowardsZero
        }
    }

    /// Membranes below which single precision rounds as whole numbers do: `v (2^k − 1)` has to be exact, and rounding is up to
    /// 2²²; of a product the parts of 12 bits are.
    var membraneLimit: Double {
        switch self {
        case .nothing: Self.roundingLimit
        case .shift(let places): min(Self.roundingLimit, Self.exactLimit / exp2(Double(places)))
        case .multiplier: Self.exactLimit
        }
    }

    /// Single precision holds whole numbers below this one exactly.
    static let exactLimit = 16_777_216.0
    /// It rounds to whole numbers below this one.
    static let roundingLimit = 4_194_304.0
}
