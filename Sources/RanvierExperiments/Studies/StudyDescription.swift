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
    /// Wall time of the study.
    var seconds: Double
    /// Version of Ranvier.
    var version = ToolVersion.current
    /// The command line.
    var command: String
}
