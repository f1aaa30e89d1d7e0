/// Something that may keep a network from learning: what it is, by what it shows, and what to try.
public struct Finding: Codable, Hashable, Sendable {
    /// How much it matters; the worst first.
    public enum Severity: String, Codable, Hashable, Sendable, CaseIterable, Comparable {
        /// Nothing can be learned like this.
        case critical
        /// Learning is much worse for it.
        case serious
        /// Good to know.
        case minor

        /// The worse comes first.
        public static func < (a: Severity, b: Severity) -> Bool { a.place < b.place }

        private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// What it is, a sentence without its point.
    public var finding: String
    /// The numbers it shows by.
    public var evidence: String
    /// What it means and what to try, with the `--set key=value` where a key does it.
    public var advice: String
    /// How much it matters.
    public var severity: Severity

    /// A finding.
    public init(_ finding: String, evidence: String, advice: String, severity: Severity) {
        self.finding = finding
        self.evidence = evidence
        self.advice = advice
        self.severity = severity
    }
}
