/// Which series samples were cut from, and where in it they lie: files, machines, stretches of time without a gap.
///
/// Samples of one series are alike, so a part for the test that holds some of them says little about new series.
public struct SampleSeries: Sendable, Hashable {
    /// What tells series apart, in a word: "file", "machine".
    public let kind: String
    /// Names of the series.
    public let names: [String]
    /// Series of each sample.
    public let codes: [Int32]
    /// First row of each sample in the whole table, from 0; rows of a series follow each other.
    public let rows: [Int]
    /// Rows of a sample, and on to the one whose label or value is asked for.
    public let length: Int

    /// Series of some samples.
    public init(kind: String, names: [String], codes: [Int32], rows: [Int], length: Int) {
        precondition(codes.count == rows.count, "every sample has a series and a row")
        self.kind = kind
        self.names = names
        self.codes = codes
        self.rows = rows
        self.length = length
    }

    /// Those of some samples, in that order.
    public func subset(_ indices: [Int]) -> SampleSeries {
        SampleSeries(
            kind: kind, names: names, codes: indices.map { codes[$0] },
            rows: indices.map { rows[$0] }, length: length)
    }
}
