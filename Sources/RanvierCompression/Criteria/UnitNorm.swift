/// How scores of weights become the score of their unit.
public enum UnitNorm: String, Sendable, Hashable, CaseIterable, Codable {
    /// Sum of sizes.
    case l1
    /// Root of the sum of squares.
    case l2
    /// Mean size of the weights that are there: units of different sizes compare.
    case mean
}
