import RanvierReports

/// What a study found: numbers beside the published ones, tables, figures.
public struct StudyResult: Sendable {
    /// What can be read from it, a sentence each.
    public var findings: [String]
    /// Published numbers beside those measured.
    public var comparisons: [StudyComparison]
    /// What was claimed, and whether it held; they are the first of the tables.
    var claims: [StudyClaim] = []
    /// Further tables.
    public var tables: [StudyTable] = []
    /// The figures.
    public var figures: [ReportFigure] = []
    /// Further files by name, as they are written.
    public var files: [String: String] = [:]
    /// Whether all that was published was done, even if the study was to be quick.
    public var isWhole = false
    /// The seeds that were used; empty where nothing was drawn.
    public var seeds: [UInt64] = []

    /// Creates a result.
    public init(findings: [String], comparisons: [StudyComparison]) {
        self.findings = findings
        self.comparisons = comparisons
    }

    /// What was measured: the claims first.
    package var measuredTables: [StudyTable] {
        (claims.isEmpty ? [] : [StudyClaim.table(of: claims)]) + tables
    }

    /// All tables, the comparison first.
    package var allTables: [StudyTable] {
        (comparisons.isEmpty ? [] : [StudyComparison.table(of: comparisons)]) + measuredTables
    }

    /// The tables that are to be read.
    package var shownTables: [StudyTable] { allTables.filter(\.isShown) }
}
