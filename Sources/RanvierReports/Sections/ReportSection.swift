/// A part of the report of a run.
///
///     struct Remarks: ReportSection {
///         func write(_ content: ReportContent, on page: inout HTMLWriter) {
///             page.section("Remarks") { $0.element("p", content.result.headline) }
///         }
///     }
///
/// A new one is one file, and a line where the command is put together.
public protocol ReportSection: Sendable {
    /// Writes the section; nothing where the run has nothing for it.
    func write(_ content: ReportContent, on page: inout HTMLWriter)

    /// The figures of the section, which are also written as files.
    func figures(of content: ReportContent) -> [ReportFigure]
}

extension ReportSection {
    /// None.
    public func figures(of content: ReportContent) -> [ReportFigure] { [] }
}

/// The sections of a report as it ships.
public enum ReportSections {
    /// In the order of the page.
    public static let standard: [any ReportSection] = [
        QuestionSection(), RivalsSection(), ClassesSection(), ComparisonSection(),
        LearningSection(), MistakesSection(),
        SpikesSection(), DiagnosticsSection(), CertaintySection(), EnergySection(),
        SettingsSection(),
    ]
}
