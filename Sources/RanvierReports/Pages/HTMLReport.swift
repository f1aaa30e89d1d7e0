import Foundation
import RanvierFormats

/// A report as one HTML file that needs nothing else: no network, no script, no other file.
///
/// One run gives its whole story; several give a comparison. Everything that comes from outside is
/// escaped. The same content gives the same bytes.
public struct HTMLReport: Sendable {
    /// The runs, in the order of the page.
    public let contents: [ReportContent]
    private let sections: [any ReportSection]

    /// A report of one run with some sections.
    public init(
        _ content: ReportContent, sections: [any ReportSection] = ReportSections.standard
    ) {
        contents = [content]
        self.sections = sections
    }

    /// A report that compares runs; with a single one it is that run's report.
    public init(
        comparing contents: [ReportContent],
        sections: [any ReportSection] = ReportSections.standard
    ) {
        precondition(!contents.isEmpty, "a report needs at least one run")
        self.contents = contents
        self.sections = sections
    }

    /// The page.
    public func render() -> String {
        if contents.count == 1, let content = contents.first {
            return RunPage(content: content, sections: sections).render()
        }
        return ComparisonPage(contents: contents).render()
    }

    /// All figures of the page.
    public var figures: [ReportFigure] {
        if contents.count == 1, let content = contents.first {
            return RunPage(content: content, sections: sections).figures
        }
        return ComparisonPage(contents: contents).figures
    }

    /// Writes the page, whole or not at all.
    /// - Throws: `FileError`.
    public func write(to file: URL) throws {
        try AtomicFile.write(Data(render().utf8), to: file)
    }

    /// Writes every figure as `<name>.svg` into a folder.
    /// - Returns: where they lie.
    /// - Throws: `FileError`.
    @discardableResult
    public func writeFigures(to folder: URL) throws -> [URL] {
        try ReportFigure.write(figures, to: folder)
    }
}
