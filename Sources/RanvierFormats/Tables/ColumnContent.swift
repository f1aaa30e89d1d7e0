/// What a column of a table holds.
public enum ColumnContent: String, Sendable, Hashable, Codable {
    /// Numbers: at least half of the cells that are not missing.
    case numbers
    /// Texts: neither numbers nor times in at least half of the cells.
    case text
    /// Times: at least half of the cells that are not missing.
    case time
    /// Nothing but missing marks.
    case empty
}
