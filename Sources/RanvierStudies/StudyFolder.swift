import Foundation
import RanvierFormats
import RanvierReports
import RanvierRuns

/// The files of a study: `table.csv`, further tables and files, `result.json`, `figures/*.svg`, `page.html`.
package struct StudyFolder {
    package let url: URL

    package init(url: URL) { self.url = url }

    /// Writes all files, each whole or not at all.
    ///
    /// - Throws: `FileError`.
    package func write(
        _ description: StudyDescription, _ result: StudyResult, json: String
    ) throws {
        let figures = url.appending(path: "figures")
        try Folder.make(figures)
        for folder in [url, figures] { PartialFile.removeAbandoned(in: folder) }
        for table in result.allTables {
            try write(table.csv, to: url.appending(path: "\(table.name).csv"))
        }
        for figure in result.figures {
            try write(figure.chart.svg(), to: figures.appending(path: "\(figure.name).svg"))
        }
        for (name, text) in result.files.sorted(by: { $0.key < $1.key }) {
            try write(text, to: url.appending(path: name))
        }
        try write(json + "\n", to: url.appending(path: "result.json"))
        try write(
            StudyPage(description: description, result: result).render(),
            to: url.appending(path: "page.html"))
    }

    private func write(_ text: String, to file: URL) throws(FileError) {
        try AtomicFile.write(Data(text.utf8), to: file)
    }
}
