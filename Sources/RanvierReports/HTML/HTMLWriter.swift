/// Builds the body of a page; every text that goes in is escaped here and nowhere else.
public struct HTMLWriter {
    /// What has been written.
    public private(set) var html = ""

    /// An empty body.
    public init() {}

    /// Adds an element around a text.
    public mutating func element(_ name: String, _ text: String, style: String? = nil) {
        html += "<\(name)\(Self.classAttribute(style))>\(Markup.escape(text))</\(name)>\n"
    }

    /// Adds an element around what a closure writes.
    public mutating func container(
        _ name: String, style: String? = nil, label: String? = nil,
        _ content: (inout HTMLWriter) -> Void
    ) {
        let aria = label.map { " aria-label=\"\(Markup.escape($0))\"" } ?? ""
        html += "<\(name)\(Self.classAttribute(style))\(aria)>\n"
        content(&self)
        html += "</\(name)>\n"
    }

    /// Adds a section with a heading and perhaps a line below it.
    public mutating func section(
        _ heading: String, lead: String? = nil, _ content: (inout HTMLWriter) -> Void
    ) {
        container("section") { section in
            section.element("h2", heading)
            if let lead { section.element("p", lead, style: "lead") }
            content(&section)
        }
    }

    /// Adds text to copy: a command or a configuration.
    public mutating func code(_ text: String, style: String? = nil) {
        html +=
            "<pre\(Self.classAttribute(style)) tabindex=\"0\"><code>"
            + "\(Markup.escape(text))</code></pre>\n"
    }

    /// Adds a figure with its caption above.
    public mutating func figure(_ chart: any Chart, caption: String? = nil) {
        html += "<figure><figcaption><strong>\(Markup.escape(chart.title))</strong>"
        if let caption { html += " \(Markup.escape(caption))" }
        html += "</figcaption>\n\(chart.inlineSVG())\n</figure>\n"
    }

    /// Adds figures side by side where there is room.
    public mutating func figures(_ content: (inout HTMLWriter) -> Void) {
        container("div", style: "figures", content)
    }

    /// Adds a table; the first column names the rows, numbers stand right.
    public mutating func table(
        caption: String, header: [String], rows: [[String]], textColumns: Set<Int> = [],
        style: String? = nil
    ) {
        html +=
            "<div class=\"scroll\"><table\(Self.classAttribute(style))><caption>"
            + "\(Markup.escape(caption))</caption>\n"
        html += "<thead><tr>"
        for (column, title) in header.enumerated() {
            html +=
                "<th scope=\"col\"\(Self.alignment(column, textColumns))>"
                + "\(Markup.escape(title))</th>"
        }
        html += "</tr></thead>\n<tbody>\n"
        for row in rows {
            html += "<tr>"
            for (column, cell) in row.enumerated() {
                let text = Markup.escape(cell).replacing("\n", with: "<br>")
                html +=
                    column == 0
                    ? "<th scope=\"row\">\(text)</th>"
                    : "<td\(Self.alignment(column, textColumns))>\(text)</td>"
            }
            html += "</tr>\n"
        }
        html += "</tbody></table></div>\n"
    }

    /// A complete page around a body.
    package static func page(title: String, body: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(Markup.escape(title))</title>
        <style>
        \(ReportStyle.css)
        \(ChartStyle.css)
        </style>
        </head>
        <body>
        \(body)</body>
        </html>

        """
    }

    private static func classAttribute(_ style: String?) -> String {
        style.map { " class=\"\($0)\"" } ?? ""
    }

    private static func alignment(_ column: Int, _ textColumns: Set<Int>) -> String {
        column > 0 && !textColumns.contains(column) ? " class=\"n\"" : ""
    }
}
