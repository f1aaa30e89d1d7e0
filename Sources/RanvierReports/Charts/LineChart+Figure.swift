import RanvierLearning

extension LineChart {
    /// Draws a figure that is given as a value; the pen is lifted where a point has no value.
    public init(_ figure: Figure) {
        self.init(
            title: figure.title, summary: figure.summary, xName: figure.xName, yName: figure.yName,
            series: figure.curves.map { curve in
                Series(
                    name: curve.name,
                    points: zip(curve.x, curve.y).map { x, y in
                        y.map { (x, $0) } ?? (.nan, .nan)
                    })
            }, isLogarithmic: figure.isLogarithmic, hasWholeSteps: figure.hasWholeSteps)
    }
}
