import RanvierConfiguration

/// Curves of one or several series over a common axis.
///
/// Values that are not finite (or not positive on a logarithmic axis) leave a gap in their curve
/// and are counted in a note. A point whose x is not a number only lifts the pen.
public struct LineChart: Chart {
    /// One curve.
    public struct Series: Sendable {
        /// Name in the legend.
        public var name: String
        /// Points in the order in which they are joined.
        public var points: [(x: Double, y: Double)]

        /// Makes a curve from points.
        public init(name: String, points: [(x: Double, y: Double)]) {
            self.name = name
            self.points = points
        }
    }

    /// What the figure shows.
    public var title: String
    /// What can be read from it.
    public var summary: String
    /// Quantity and unit along x.
    public var xName: String
    /// Quantity and unit along y.
    public var yName: String
    /// The curves.
    public var series: [Series]
    /// Whether y is logarithmic.
    public var isLogarithmic: Bool
    /// Whether the x axis counts whole things, such as epochs.
    public var hasWholeSteps: Bool
    /// Whether y starts at zero.
    public var startsAtZero: Bool

    /// Makes a chart.
    public init(
        title: String, summary: String = "", xName: String, yName: String, series: [Series],
        isLogarithmic: Bool = false, hasWholeSteps: Bool = false, startsAtZero: Bool = false
    ) {
        self.title = title
        self.summary = summary
        self.xName = xName
        self.yName = yName
        self.series = series
        self.isLogarithmic = isLogarithmic
        self.hasWholeSteps = hasWholeSteps
        self.startsAtZero = startsAtZero
    }

    /// Draws the curves.
    public func draw() -> Drawing {
        let all = series.flatMap(\.points).filter { !$0.x.isNaN }
        let shown = all.filter(isDrawable)
        guard !all.isEmpty else { return .nothing("there are no values yet.") }
        guard !shown.isEmpty, let xScale = xScale(of: shown.map(\.x)),
            let yScale = AxisScale.fitting(
                shown.map(\.y), logarithmic: isLogarithmic, includeZero: startsAtZero)
        else {
            return .nothing("all \(all.count) values are \(undrawable).")
        }
        var drawing = Drawing(
            width: ChartFrame.standardWidth, height: ChartFrame.standardHeight)
        let isMarked = (series.map(\.points.count).max() ?? 0) <= 30
        let legend = series.enumerated().map { index, series in
            (series.name, ChartFrame.Swatch.line(index, marked: isMarked))
        }
        ChartFrame.drawLegend(legend, on: &drawing)
        let frame = ChartFrame(
            in: drawing,
            legendHeight: ChartFrame.legendHeight(legend, width: drawing.width),
            xScale: xScale, yScale: yScale)
        frame.drawAxes(on: &drawing, xName: xName, yName: yName)
        for (index, series) in series.enumerated() {
            draw(series, index: index, isMarked: isMarked, in: frame, on: &drawing)
        }
        if shown.count < all.count {
            drawing.note("\(all.count - shown.count) values not drawn: \(undrawable)")
        }
        return drawing
    }

    private var undrawable: String { isLogarithmic ? "not positive or not finite" : "not finite" }

    private func isDrawable(_ point: (x: Double, y: Double)) -> Bool {
        point.x.isFinite && point.y.isFinite && (!isLogarithmic || point.y > 0)
    }

    private func xScale(of values: [Double]) -> AxisScale? {
        guard let lowest = values.min(), let highest = values.max() else { return nil }
        guard lowest < highest else {
            return .exactly(
                from: lowest - 1, to: highest + 1, ticks: 2, whole: hasWholeSteps)
        }
        return .exactly(from: lowest, to: highest, ticks: 8, whole: hasWholeSteps)
    }

    private func draw(
        _ series: Series, index: Int, isMarked: Bool, in frame: ChartFrame,
        on drawing: inout Drawing
    ) {
        var path = ""
        var isPenDown = false
        for point in series.points {
            guard isDrawable(point) else {
                isPenDown = false
                continue
            }
            let x = Drawing.number(frame.x(point.x))
            let y = Drawing.number(frame.y(point.y))
            path += "\(isPenDown ? "L" : "M")\(x) \(y)"
            isPenDown = true
        }
        guard !path.isEmpty else { return }
        drawing.path(path, style: ChartStyle.stroke(index), title: series.name)
        guard isMarked else { return }
        for point in series.points where isDrawable(point) {
            let value = NumberText.significant(point.y, digits: 4)
            let place = NumberText.significant(point.x, digits: 4)
            drawing.marker(
                index, frame.x(point.x), frame.y(point.y),
                title: "\(series.name): \(value) at \(place)")
        }
    }
}
