import RanvierConfiguration

/// What a study's page and JSON say about it besides its result.
package struct StudyDescription: Encodable, Sendable {
    /// Name, `smooth/concept`.
    package var name: String
    /// Heading.
    package var title: String
    /// The publication.
    package var source: String
    /// Whether less was done than was published.
    package var quick: Bool
    /// What the user asked for less of, in words.
    package var limits: [String] = []
    /// Wall time of the study.
    package var seconds: Double
    /// Version of Ranvier.
    package var version = ToolVersion.current
    /// The command line.
    package var command: String

    package init(
        name: String, title: String, source: String, quick: Bool, limits: [String] = [],
        seconds: Double, version: String = ToolVersion.current, command: String
    ) {
        self.name = name
        self.title = title
        self.source = source
        self.quick = quick
        self.limits = limits
        self.seconds = seconds
        self.version = version
        self.command = command
    }

    /// What is to be known before its numbers are held against published ones; nil where nothing is.
    package var warning: String? {
        guard quick || !limits.isEmpty else { return nil }
        let parts = (quick ? ["--quick"] : []) + limits
        return
            "Less was done than was published (\(parts.joined(separator: "; "))), so the numbers cannot be "
            + "held against the published ones." + (quick ? " Leave out --quick for more." : "")
    }
}
