import Foundation

/// A leak as a shift: `v − (v >> k)` keeps `1 − 2^−k` of a membrane, without a multiplier.
public struct DecayShift: Sendable, Hashable {
    /// Places that are shifted, k.
    public var shift: Int

    /// The shift that is nearest to a leak 0 ≤ β < 1: `k = round(−log₂(1 − β))`.
    public init(nearestTo leak: Double) {
        precondition(leak >= 0 && leak < 1, "a leak of \(leak) has no shift")
        shift = Int((-log2(1 - leak)).rounded(.toNearestOrEven))
    }

    /// What a step keeps, `1 − 2^−k`.
    public var leak: Double { 1 - exp2(-Double(shift)) }
}
