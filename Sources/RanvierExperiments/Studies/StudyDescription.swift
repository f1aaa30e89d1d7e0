/// What a study's page and JSON say about it besides its result.
struct StudyDescription: Encodable, Sendable {
    /// Name, `smooth/concept`.
    var name: String
    /// Heading.
    var title: String
    /// The publication.
    var source: String
    /// Whether less was done than was published.
    var quick: Bool
    /// What the user asked for less of, in words.
    var limits: [String] = []
    /// Wall time of the study.
    var seconds: Double
    /// Version of Ranvier.
    var version = ToolVersion.current
    /// The command line.
    var command: String

    /// What is to be known before its numbers are held against published ones; nil where nothing is.
    var warning: String? {
        guard quick || !limits.isEmpty else { return nil }
        let parts = (quick ? ["--quick"] : []) + limits
        return
            "Less was done than was published (\(parts.joined(separator: "; "))), so the numbers cannot be "
            + "held against the published ones." + (quick ? " Leave out --quick for more." : "")
    }
}
