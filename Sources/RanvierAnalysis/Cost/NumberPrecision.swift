/// Number format of arithmetic.
public enum NumberPrecision: String, Codable, Sendable, CaseIterable {
    /// Single precision.
    case float32
    /// Double precision.
    case float64
}
