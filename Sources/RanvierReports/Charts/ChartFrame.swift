/// Axes, grid, labels and legend around the area in which a chart plots.
package struct ChartFrame {
    /// Left edge of the plot.
    package let left: Double
    /// Upper edge of the plot.
    package let top: Double
    /// Width of the plot.
    package let width: Double
    /// Height of the plot.
    package let height: Double
    package let xScale: AxisScale
    package let yScale: AxisScale

    /// Usual size of a chart; two stand side by side on a page, one fills a narrow screen.
    package static let standardWidth = 480.0
    package static let standardHeight = 300.0

    package func x(_ value: Double) -> Double { left + width * xScale.position(of: value) }
    package func y(_ value: Double) -> Double {
        top + height * (1 - yScale.position(of: value))
    }

    /// Leaves room for the labels of both scales inside a drawing.
    package init(
        in drawing: Drawing, legendHeight: Double, xScale: AxisScale, yScale: AxisScale,
        height: Double? = nil
    ) {
        let widest = yScale.ticks.map { Drawing.textWidth($0.label) }.reduce(0, max)
        left = 30 + widest
        top = 8 + legendHeight
        width = drawing.width - left - 18
        self.height = height ?? drawing.height - top - 46
        self.xScale = xScale
        self.yScale = yScale
    }

    /// Draws grid, axes, ticks and axis names.
    package func drawAxes(on drawing: inout Drawing, xName: String, yName: String) {
        let bottom = top + height
        for tick in yScale.ticks {
            let position = y(tick.value)
            drawing.line(left, position, left + width, position, style: "rv-grid")
            drawing.text(
                tick.label, left - 7, position + 4.2, style: "rv-muted", anchor: .end)
        }
        var free = -Double.infinity
        for tick in xScale.ticks {
            let position = x(tick.value)
            let half = Drawing.textWidth(tick.label) / 2
            drawing.line(position, bottom, position, bottom + 4, style: "rv-axis")
            guard position - half > free else { continue }  // labels never overlap
            drawing.text(tick.label, position, bottom + 18, style: "rv-muted", anchor: .middle)
            free = position + half + 4
        }
        drawing.line(left, bottom, left + width, bottom, style: "rv-axis")
        drawing.text(xName, left + width / 2, bottom + 38, anchor: .middle)
        drawing.text(yName, 14, top + height / 2, anchor: .middle, vertical: true)
    }

    // MARK: - Legend

    /// How a series looks in the legend.
    package enum Swatch: Sendable {
        case line(Int, marked: Bool)
        case box(style: String)
        case dashes
    }

    /// Height of a legend, 0 without entries.
    package static func legendHeight(_ entries: [(String, Swatch)], width: Double) -> Double {
        guard !entries.isEmpty else { return 0 }
        return Double(rows(entries, width: width).count) * 19 + 8
    }

    /// Draws a legend at the top, in as many rows as it needs.
    package static func drawLegend(
        _ entries: [(String, Swatch)], on drawing: inout Drawing, top: Double = 6
    ) {
        for (index, row) in rows(entries, width: drawing.width).enumerated() {
            var x = 14.0
            let y = top + 12 + 19 * Double(index)
            for (label, swatch) in row {
                switch swatch {
                case .line(let series, let marked):
                    drawing.line(x, y - 4, x + 26, y - 4, style: ChartStyle.stroke(series))
                    if marked { drawing.marker(series, x + 13, y - 4) }
                case .box(let style):
                    drawing.rectangle(x + 13, y - 10, 12, 12, style: style)
                case .dashes:
                    drawing.line(x, y - 4, x + 26, y - 4, style: "rv-mid")
                }
                drawing.text(label, x + 32, y)
                x += entryWidth(label)
            }
        }
    }

    private static func entryWidth(_ label: String) -> Double { 50 + Drawing.textWidth(label) }

    private static func rows(
        _ entries: [(String, Swatch)], width: Double
    ) -> [[(String, Swatch)]] {
        var rows: [[(String, Swatch)]] = []
        var used = Double.infinity
        for (label, swatch) in entries {
            let label = Drawing.fitted(label, width: width - 70)
            if used + entryWidth(label) > width - 14 {
                rows.append([])
                used = 0
            }
            rows[rows.count - 1].append((label, swatch))
            used += entryWidth(label)
        }
        return rows
    }
}

extension Drawing {
    /// A drawing that says in words why there is no figure.
    package static func nothing(
        _ reason: String, width: Double = ChartFrame.standardWidth, height: Double = 90
    ) -> Drawing {
        var drawing = Drawing(width: width, height: height)
        drawing.text(
            "Nothing to draw: \(reason)", width / 2, height / 2 + 4, style: "rv-muted",
            anchor: .middle)
        return drawing
    }

    /// A line at the lower edge that says what was left out.
    package mutating func note(_ text: String) {
        self.text(text, width - 14, height - 4, style: "rv-muted rv-small", anchor: .end)
    }
}
