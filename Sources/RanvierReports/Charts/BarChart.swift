import RanvierConfiguration

/// Horizontal bars, grouped by category, with their values written at the end.
public struct BarChart: Chart {
    /// The bars of one colour.
    public struct Series: Sendable {
        /// Name in the legend.
        public var name: String
        /// One value per category; nil where there is none.
        public var values: [Double?]

        /// Makes a series.
        public init(name: String, values: [Double?]) {
            self.name = name
            self.values = values
        }
    }

    /// What the figure shows.
    public var title: String
    /// What can be read from it.
    public var summary: String
    /// Names of the categories, from top to bottom.
    public var categories: [String]
    /// Quantity and unit of the bars.
    public var valueName: String
    /// The series; a legend appears for more than one.
    public var series: [Series]
    /// Significant digits of the written values.
    public var digits: Int

    /// Makes a chart.
    public init(
        title: String, summary: String = "", categories: [String], valueName: String,
        series: [Series], digits: Int = 3
    ) {
        self.title = title
        self.summary = summary
        self.categories = categories
        self.valueName = valueName
        self.series = series
        self.digits = digits
    }

    /// Draws the bars. Bars without a finite value are replaced by a word.
    public func draw() -> Drawing {
        guard !categories.isEmpty, !series.isEmpty else { return .nothing("there are no bars.") }
        let values = series.flatMap { $0.values.compactMap { $0 } }
        guard let scale = AxisScale.fitting(values, includeZero: true, ticks: 4) else {
            return .nothing("none of the \(categories.count) values is a finite number.")
        }
        let thickness = series.count == 1 ? 17.0 : 14.0
        let group = Double(series.count) * (thickness + 2) + 12
        let legend: [(String, ChartFrame.Swatch)] =
            series.count > 1
            ? series.enumerated().map { ($1.name, .box(style: ChartStyle.fill($0))) } : []
        let top = 8 + ChartFrame.legendHeight(legend, width: ChartFrame.standardWidth)
        let plotHeight = group * Double(categories.count)
        var drawing = Drawing(
            width: ChartFrame.standardWidth, height: top + plotHeight + 46)
        ChartFrame.drawLegend(legend, on: &drawing)

        let labelWidth = min(categories.map { Drawing.textWidth($0) }.reduce(0, max), 160)
        let left = 20 + labelWidth
        let valueRoom = values.filter(\.isFinite).map {
            Drawing.textWidth(NumberText.significant($0, digits: digits))
        }.reduce(0, max)
        let width = drawing.width - left - valueRoom - 18
        drawAxis(
            scale, on: &drawing, left: left, width: width, top: top, bottom: top + plotHeight)
        for (row, category) in categories.enumerated() {
            let y = top + group * Double(row) + 6
            drawing.text(
                Drawing.fitted(category, width: labelWidth), left - 8,
                y + (group - 12) / 2 + 4.2, anchor: .end)
            for index in series.indices {
                let value = row < series[index].values.count ? series[index].values[row] : nil
                let barY = y + Double(index) * (thickness + 2)
                drawBar(
                    value, series: index, category: category, on: &drawing,
                    area: (left, width, barY, thickness), scale: scale)
            }
        }
        return drawing
    }

    private func drawAxis(
        _ scale: AxisScale, on drawing: inout Drawing, left: Double, width: Double, top: Double,
        bottom: Double
    ) {
        for tick in scale.ticks {
            let x = left + width * scale.position(of: tick.value)
            drawing.line(x, top, x, bottom, style: "rv-grid")
            drawing.text(tick.label, x, bottom + 17, style: "rv-muted", anchor: .middle)
        }
        let zero = left + width * scale.position(of: 0)
        drawing.line(zero, top, zero, bottom, style: "rv-axis")
        drawing.text(valueName, left + width / 2, bottom + 38, anchor: .middle)
    }

    private func drawBar(
        _ value: Double?, series index: Int, category: String, on drawing: inout Drawing,
        area: (left: Double, width: Double, y: Double, height: Double), scale: AxisScale
    ) {
        let baseline = area.y + area.height / 2 + 4.2
        let zero = area.left + area.width * scale.position(of: 0)
        guard let value, value.isFinite else {
            drawing.text(
                value == nil ? "–" : "not finite", zero + 5, baseline, style: "rv-muted rv-small")
            return
        }
        let end = area.left + area.width * scale.position(of: value)
        let text = NumberText.significant(value, digits: digits)
        drawing.rectangle(
            min(zero, end), area.y, abs(end - zero), area.height, style: ChartStyle.fill(index),
            title: "\(category), \(series[index].name): \(text)")
        drawing.text(text, max(zero, end) + 5, baseline)
    }
}
