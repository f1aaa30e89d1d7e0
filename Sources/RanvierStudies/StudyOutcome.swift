import RanvierReports

/// A study's JSON.
package struct StudyOutcome: Encodable, Sendable {
    package let study: StudyDescription
    package let result: StudyResult
    /// Where the files lie.
    package let folder: String

    package init(
        study: StudyDescription, result: StudyResult, folder: String
    ) {
        self.study = study
        self.result = result
        self.folder = folder
    }

    private enum Key: String, CodingKey {
        case study, findings, claims, comparisons, tables, figures, seeds, folder
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(study, forKey: .study)
        try container.encode(result.findings, forKey: .findings)
        try container.encode(result.claims, forKey: .claims)
        try container.encode(result.comparisons, forKey: .comparisons)
        try container.encode(result.measuredTables.filter(\.isShown), forKey: .tables)
        try container.encode(
            result.figures.map { "figures/\($0.name).svg" }, forKey: .figures)
        try container.encode(result.seeds, forKey: .seeds)
        try container.encode(folder, forKey: .folder)
    }
}
