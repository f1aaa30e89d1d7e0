import RanvierConfiguration
import RanvierReports

/// A claim about what networks learn, and whether it held here.
struct StudyClaim: Encodable, Sendable {
    /// What can be said.
    enum Verdict: String, Encodable, Sendable {
        case held
        case failed = "did not hold"
        /// The spread over seeds is as large as the difference.
        case undecided
    }

    /// The claim, in words.
    let claim: String
    /// Where it comes from.
    let source: String
    /// Whether it held.
    let verdict: Verdict
    /// The numbers.
    let evidence: String
    /// What was measured, if it is one number: the mean over seeds.
    var measured: Double?
    /// What it was held against.
    var limit: Double?

    /// As programs read it; what is not known is null.
    func encode(to encoder: any Encoder) throws {
        enum Key: String, CodingKey { case claim, source, verdict, evidence, measured, limit }
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(claim, forKey: .claim)
        try container.encode(source, forKey: .source)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(evidence, forKey: .evidence)
        try container.encode(measured.flatMap { $0.isFinite ? $0 : nil }, forKey: .measured)
        try container.encode(limit, forKey: .limit)
    }

    /// How many held, and which did not.
    static func findings(_ claims: [StudyClaim]) -> [String] {
        guard !claims.isEmpty else { return [] }
        func list(_ verdict: Verdict) -> [String] {
            claims.filter { $0.verdict == verdict }.map(\.claim)
        }
        var findings = ["\(list(.held).count) of \(claims.count) claims held."]
        for (verdict, word) in [(Verdict.failed, "Did not hold"), (.undecided, "Undecided")] {
            let own = list(verdict)
            if !own.isEmpty { findings.append("\(word): \(own.joined(separator: "; ")).") }
        }
        return findings
    }

    /// Claims as a table.
    static func table(of claims: [StudyClaim]) -> StudyTable {
        StudyTable(
            name: "claims", caption: "Which claims held on this data",
            columns: ["Claim", "Verdict", "Measured", "Source"],
            rows: claims.map {
                [
                    .text($0.claim), .text($0.verdict.rawValue), .text($0.evidence),
                    .text($0.source),
                ]
            })
    }

    /// A claim that a quantity, measured for each seed, lies above a limit.
    ///
    /// Held where the mean is above and by more than twice its standard error; did not hold where it is below by that
    /// much. One seed has no spread, so it only decides by the sign.
    static func above(
        _ limit: Double, _ values: [Double], claim: String, source: String, what: String
    ) -> StudyClaim {
        let summary = SeedSummary(values)
        let distance = summary.mean - limit, error = summary.standardError
        let verdict: Verdict =
            !distance.isFinite || abs(distance) <= 2 * error
            ? .undecided : distance > 0 ? .held : .failed
        return StudyClaim(
            claim: claim, source: source, verdict: verdict,
            evidence: "\(what) \(summary.text)"
                + (limit == 0 ? "" : ", limit \(NumberText.significant(limit))"),
            measured: summary.mean, limit: limit)
    }

    /// A claim that a quantity lies above a limit under every setting.
    static func everywhere(
        above limit: Double, _ values: [(setting: String, value: Double)], claim: String,
        source: String, what: String
    ) -> StudyClaim {
        let defined = values.filter { !$0.value.isNaN }
        let lowest = defined.min { $0.value < $1.value }
        let verdict: Verdict =
            defined.count < values.count || lowest == nil
            ? .undecided : (lowest?.value ?? limit) > limit ? .held : .failed
        return StudyClaim(
            claim: claim, source: source, verdict: verdict,
            evidence: "\(what), lowest "
                + (lowest.map { "\(NumberText.fixed($0.value, decimals: 3)) (\($0.setting))" }
                    ?? "–")
                + (limit == 0 ? "" : ", limit \(NumberText.significant(limit))"),
            measured: lowest?.value, limit: limit)
    }

    /// A claim that a quantity lies below a limit.
    static func below(
        _ limit: Double, _ values: [Double], claim: String, source: String, what: String
    ) -> StudyClaim {
        let other = above(limit, values, claim: claim, source: source, what: what)
        let verdict: Verdict =
            switch other.verdict {
            case .held: .failed
            case .failed: .held
            case .undecided: .undecided
            }
        return StudyClaim(
            claim: claim, source: source, verdict: verdict, evidence: other.evidence,
            measured: other.measured, limit: limit)
    }
}

/// Mean and spread of a quantity over seeds; missing values are left out.
struct SeedSummary: Sendable {
    let values: [Double]

    init(_ values: [Double]) { self.values = values.filter { !$0.isNaN } }

    var mean: Double {
        values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    }
    /// Standard deviation over the seeds; 0 for one.
    var deviation: Double {
        guard values.count > 1 else { return 0 }
        let sum = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = (sum / Double(values.count - 1)).squareRoot()
        // Equal values differ from their mean by its rounding.
        return deviation < 1e-12 * abs(mean) ? 0 : deviation
    }
    var standardError: Double { deviation / Double(max(values.count, 1)).squareRoot() }

    /// For tables.
    var value: StudyValue {
        values.count > 1 ? .spread(mean, deviation) : StudyValue(values.first)
    }
    /// For sentences.
    var text: String {
        guard !values.isEmpty else { return "not defined" }
        let center = NumberText.fixed(mean, decimals: 3)
        return values.count > 1
            ? "\(center) ± \(NumberText.fixed(deviation, decimals: 3))" : center
    }
}
