/// A figure that draws itself as SVG.
///
/// The same chart always gives the same text. Data that cannot be drawn (none at all, or nothing
/// finite) gives a sentence in place of a broken figure.
public protocol Chart: Sendable {
    /// What the figure shows, in a few words.
    var title: String { get }
    /// What can be read from it, for those who cannot see it.
    var summary: String { get }
    /// Draws all marks.
    func draw() -> Drawing
}

extension Chart {
    /// The figure as a file of its own, with its title drawn and its style inside.
    public func svg() -> String {
        let drawing = draw()
        let header = 34.0
        let height = Drawing.number(drawing.height + header)
        let width = Drawing.number(drawing.width)
        var heading = Drawing(width: drawing.width, height: header)
        heading.rectangle(0, 0, drawing.width, drawing.height + header, style: "rv-paper")
        heading.text(title, 12, 24, style: "rv-name")
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <svg xmlns="http://www.w3.org/2000/svg" class="rv-chart" width="\(width)" \
            height="\(height)" viewBox="0 0 \(width) \(height)" role="img" \
            aria-label="\(Markup.escape(title))">
            <title>\(Markup.escape(title))</title>
            <desc>\(Markup.escape(summary))</desc>
            <style>
            \(ChartStyle.css)
            </style>\(heading.body)
            <g transform="translate(0 \(Drawing.number(header)))">\(drawing.body)
            </g>
            </svg>

            """
    }

    /// The figure as part of a page that holds the style once and shows the title itself.
    package func inlineSVG() -> String {
        let drawing = draw()
        let size = "\(Drawing.number(drawing.width)) \(Drawing.number(drawing.height))"
        return """
            <svg class="rv-chart" viewBox="0 0 \(size)" role="img" \
            aria-label="\(Markup.escape(title))">
            <title>\(Markup.escape(title))</title>
            <desc>\(Markup.escape(summary))</desc>\(drawing.body)
            </svg>
            """
    }
}
