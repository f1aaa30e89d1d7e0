/// A study's JSON.
struct StudyOutcome: Encodable, Sendable {
    let study: StudyDescription
    let result: StudyResult
    /// Where the files lie.
    let folder: String

    private enum Key: String, CodingKey {
        case study, findings, comparisons, tables, figures, seeds, folder
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(study, forKey: .study)
        try container.encode(result.findings, forKey: .findings)
        try container.encode(result.comparisons, forKey: .comparisons)
        try container.encode(result.tables.filter(\.isShown), forKey: .tables)
        try container.encode(
            result.figures.map { "figures/\($0.name).svg" }, forKey: .figures)
        try container.encode(result.seeds, forKey: .seeds)
        try container.encode(folder, forKey: .folder)
    }
}
