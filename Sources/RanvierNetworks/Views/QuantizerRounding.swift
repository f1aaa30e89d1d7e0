import CRanvierKernels

/// How quotients become whole numbers. Training and inference must use the same one.
public enum QuantizerRounding: String, Sendable, Hashable, CaseIterable, Codable {
    /// Half to even, as IEEE 754 rounds.
    case halfToEven = "half-to-even"
    /// Half away from zero.
    case halfAwayFromZero = "half-away-from-zero"

    var kernel: Int32 {
        switch self {
        case .halfToEven: Int32(RNV_ROUND_EVEN)
        case .halfAwayFromZero: Int32(RNV_ROUND_AWAY)
        }
    }
}
