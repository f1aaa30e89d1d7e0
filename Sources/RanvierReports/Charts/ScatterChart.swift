import RanvierConfiguration

/// Points in a plane, each with a name beside it.
public struct ScatterChart: Chart {
    /// One point.
    public struct Point: Sendable {
        /// Name written beside the point.
        public var name: String
        /// Which group it belongs to, an index into the names of the groups.
        public var group: Int
        /// Position along x.
        public var x: Double
        /// Position along y.
        public var y: Double

        /// Makes a point.
        public init(name: String, group: Int = 0, x: Double, y: Double) {
            self.name = name
            self.group = group
            self.x = x
            self.y = y
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
    /// Names of the groups, for the legend; none draws no legend.
    public var groups: [String]
    /// The points.
    public var points: [Point]
    /// Whether x is logarithmic.
    public var hasLogarithmicX: Bool
    /// Whether y is logarithmic.
    public var hasLogarithmicY: Bool

    /// Makes a chart.
    public init(
        title: String, summary: String = "", xName: String, yName: String, groups: [String] = [],
        points: [Point], hasLogarithmicX: Bool = false, hasLogarithmicY: Bool = false
    ) {
        self.title = title
        self.summary = summary
        self.xName = xName
        self.yName = yName
        self.groups = groups
        self.points = points
        self.hasLogarithmicX = hasLogarithmicX
        self.hasLogarithmicY = hasLogarithmicY
    }

    /// Draws the points.
    public func draw() -> Drawing {
        guard !points.isEmpty else { return .nothing("there are no points.") }
        let shown = points.filter { point in
            point.x.isFinite && point.y.isFinite && (!hasLogarithmicX || point.x > 0)
                && (!hasLogarithmicY || point.y > 0)
        }
        guard let xScale = AxisScale.fitting(shown.map(\.x), logarithmic: hasLogarithmicX),
            let yScale = AxisScale.fitting(shown.map(\.y), logarithmic: hasLogarithmicY)
        else { return .nothing("no point has finite values on these axes.") }
        var drawing = Drawing(
            width: ChartFrame.standardWidth, height: ChartFrame.standardHeight)
        let legend = groups.enumerated().map { index, name in
            (name, ChartFrame.Swatch.line(index, marked: true))
        }
        drawLegend(legend.map(\.0), on: &drawing)
        let frame = ChartFrame(
            in: drawing,
            legendHeight: ChartFrame.legendHeight(legend, width: drawing.width),
            xScale: xScale, yScale: yScale)
        frame.drawAxes(on: &drawing, xName: xName, yName: yName)
        drawPoints(shown, in: frame, on: &drawing)
        if shown.count < points.count {
            drawing.note("\(points.count - shown.count) points not drawn: no finite values")
        }
        return drawing
    }

    private func drawLegend(_ names: [String], on drawing: inout Drawing) {
        var x = 14.0
        for (index, name) in names.enumerated() {
            drawing.marker(index, x + 6, 14)
            drawing.text(name, x + 18, 18)
            x += 40 + Drawing.textWidth(name)
        }
    }

    private func drawPoints(
        _ shown: [Point], in frame: ChartFrame, on drawing: inout Drawing
    ) {
        // Labels sit right of a point, left of it near the border, and move up or down to stay
        // apart from each other and from other points.
        var taken = shown.map { point in
            let x = frame.x(point.x)
            return (x: (x - 5)...(x + 5), y: frame.y(point.y) + 4)
        }
        let right = frame.left + frame.width
        let inside = (frame.top + 4)...(frame.top + frame.height - 2)
        let offsets = [4.0, 17, -9, 30, -22, 43, -35, 56, -48]
        for point in shown {
            let x = frame.x(point.x)
            let y = frame.y(point.y)
            let label =
                "\(point.name): \(NumberText.significant(point.x)), "
                + NumberText.significant(point.y)
            drawing.marker(point.group, x, y, title: label)
            let name = Drawing.fitted(point.name, width: 170)
            let width = Drawing.textWidth(name)
            let isLeft = x + 9 + width > right
            let start = isLeft ? x - 9 - width : x + 9
            let span = start...(start + width)
            let labelY =
                offsets.lazy.map { y + $0 }.first { candidate in
                    inside.contains(candidate)
                        && !taken.contains {
                            $0.x.overlaps(span) && abs($0.y - candidate) < 12.5
                        }
                } ?? y + 4
            taken.append((span, labelY))
            drawing.text(
                name, isLeft ? x - 9 : x + 9, labelY, anchor: isLeft ? .end : .start)
        }
    }
}
