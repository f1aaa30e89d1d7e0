import RanvierReports

/// A published number and the one measured here.
public struct StudyComparison: Encodable, Sendable {
    /// What was measured.
    public let quantity: String
    /// The published value.
    public let published: StudyValue
    /// The value measured here; missing where a quick study does not get there.
    public let measured: StudyValue
    /// Where the published value comes from, if not from the publication itself.
    public let remark: String

    /// Creates a comparison.
    public init(
        _ quantity: String, published: StudyValue, measured: StudyValue, remark: String = ""
    ) {
        self.quantity = quantity
        self.published = published
        self.measured = measured
        self.remark = remark
    }

    /// Comparisons as a table.
    package static func table(of comparisons: [StudyComparison]) -> StudyTable {
        let hasRemarks = comparisons.contains { !$0.remark.isEmpty }
        return StudyTable(
            name: "table", caption: "Published numbers beside those measured here.",
            columns: ["Quantity", "Published", "Measured"] + (hasRemarks ? ["Remark"] : []),
            rows: comparisons.map {
                [.text($0.quantity), $0.published, $0.measured]
                    + (hasRemarks ? [.text($0.remark)] : [])
            })
    }
}
