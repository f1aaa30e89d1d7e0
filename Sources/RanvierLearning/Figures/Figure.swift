/// A figure as a value: curves with their axes, drawn by whoever shows them.
public struct Figure: Codable, Hashable, Sendable {
    /// Points that are joined in order; a point without a value lifts the pen.
    public struct Curve: Codable, Hashable, Sendable {
        /// Name in the legend.
        public var name: String
        /// Places along the axis.
        public var x: [Double]
        /// Values there; nil for none.
        public var y: [Double?]

        /// A curve.
        public init(name: String, x: [Double], y: [Double?]) {
            self.name = name
            self.x = x
            self.y = y
        }
    }

    /// Name of its file, without extension.
    public var name: String
    /// Heading.
    public var title: String
    /// What can be read from it, in a sentence.
    public var summary: String
    /// Name of the horizontal axis, with its unit.
    public var xName: String
    /// Name of the vertical axis, with its unit.
    public var yName: String
    /// The curves.
    public var curves: [Curve]
    /// Whether places are whole numbers.
    public var hasWholeSteps: Bool
    /// Whether the vertical axis is logarithmic.
    public var isLogarithmic: Bool

    /// A figure of curves.
    public init(
        name: String, title: String, summary: String = "", xName: String, yName: String,
        curves: [Curve], hasWholeSteps: Bool = false, isLogarithmic: Bool = false
    ) {
        self.name = name
        self.title = title
        self.summary = summary
        self.xName = xName
        self.yName = yName
        self.curves = curves
        self.hasWholeSteps = hasWholeSteps
        self.isLogarithmic = isLogarithmic
    }
}

/// What only one way of learning can show: numbers and figures that a report renders without knowing what they are.
public struct Diagnostic: Codable, Hashable, Sendable {
    /// Heading of its part of the report.
    public var title: String
    /// What it shows, in a sentence or two.
    public var summary: String
    /// Numbers with their names and units.
    public var measures: [Measure]
    /// Figures.
    public var figures: [Figure]

    /// A part of a report.
    public init(
        title: String, summary: String = "", measures: [Measure] = [], figures: [Figure] = []
    ) {
        self.title = title
        self.summary = summary
        self.measures = measures
        self.figures = figures
    }
}
