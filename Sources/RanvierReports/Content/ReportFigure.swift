import Foundation
import RanvierFormats

/// A figure of a report, with the name of its file.
public struct ReportFigure: Sendable {
    /// File name without extension.
    public let name: String
    /// The figure itself.
    public let chart: any Chart

    /// Names a chart.
    public init(name: String, chart: any Chart) {
        self.name = name
        self.chart = chart
    }

    /// Writes figures as `<name>.svg` into a folder, which is made if it is missing.
    ///
    /// Each file appears whole or not at all.
    /// - Returns: where they lie, in order.
    /// - Throws: `FileError`.
    @discardableResult
    public static func write(_ figures: [ReportFigure], to folder: URL) throws -> [URL] {
        try Folder.make(folder)
        return try figures.map { figure in
            let url = folder.appendingPathComponent(Markup.slug(figure.name) + ".svg")
            try AtomicFile.write(Data(figure.chart.svg().utf8), to: url)
            return url
        }
    }
}
