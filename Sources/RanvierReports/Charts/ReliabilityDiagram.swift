import RanvierAnalysis
import RanvierConfiguration
import RanvierLearning

/// Accuracy in each bin of stated confidence, the gap between the two, and how many samples lie there.
public struct ReliabilityDiagram: Chart {
    /// What the figure shows.
    public var title: String
    /// What can be read from it.
    public var summary: String
    /// The bins.
    public var bins: ReliabilityBins

    /// Makes a diagram.
    public init(title: String, summary: String = "", bins: ReliabilityBins) {
        self.title = title
        self.summary = summary
        self.bins = bins
    }

    /// Draws the diagram; the counts stand below on the same axis.
    public func draw() -> Drawing {
        let finite = bins.bins.filter { $0.accuracy.isFinite && $0.confidence.isFinite }
        guard !bins.bins.isEmpty, bins.total > 0 else {
            return .nothing("no sample has a stated confidence.")
        }
        guard finite.count == bins.bins.count else {
            return .nothing("a confidence is not a finite number.")
        }
        var drawing = Drawing(width: ChartFrame.standardWidth, height: 420)
        let legend: [(String, ChartFrame.Swatch)] = [
            ("Accuracy in the bin", .box(style: ChartStyle.fill(0))),
            ("Gap to the stated confidence", .box(style: "rv-gap")),
            ("Perfect calibration", .dashes),
        ]
        ChartFrame.drawLegend(legend, on: &drawing)
        let scale = AxisScale.exactly(from: 0, to: 100, ticks: 5)
        let legendHeight = ChartFrame.legendHeight(legend, width: drawing.width)
        let frame = ChartFrame(
            in: drawing, legendHeight: legendHeight, xScale: scale, yScale: scale, height: 230)
        frame.drawAxes(on: &drawing, xName: "", yName: "Accuracy (%)")
        for bin in bins.bins where bin.count > 0 { draw(bin, in: frame, on: &drawing) }
        drawing.line(
            frame.x(0), frame.y(0), frame.x(100), frame.y(100), style: "rv-mid")
        drawCounts(below: frame, on: &drawing)
        return drawing
    }

    private func draw(
        _ bin: ReliabilityBins.Bin, in frame: ChartFrame, on drawing: inout Drawing
    ) {
        let x = frame.x(100 * bin.lower) + 1
        let width = frame.x(100 * bin.upper) - frame.x(100 * bin.lower) - 2
        let accuracy = frame.y(100 * bin.accuracy)
        let confidence = frame.y(100 * min(bin.confidence, 1))
        let words =
            "confidence \(NumberText.percent(bin.confidence)), "
            + "accuracy \(NumberText.percent(bin.accuracy)), \(NumberText.count(bin.count)) samples"
        let solid = max(accuracy, confidence)
        drawing.rectangle(
            x, solid, width, frame.y(0) - solid, style: ChartStyle.fill(0), title: words)
        drawing.rectangle(
            x, min(accuracy, confidence), width, abs(accuracy - confidence), style: "rv-gap",
            title: words)
        // The level of accuracy itself, which may lie above or below the stated confidence.
        drawing.line(x, accuracy, x + width, accuracy, style: "rv-level")
    }

    private func drawCounts(below frame: ChartFrame, on drawing: inout Drawing) {
        let largest = bins.bins.map(\.count).max() ?? 1
        let scale = AxisScale.exactly(from: 0, to: Double(max(largest, 1)), ticks: 2, whole: true)
        let top = frame.top + frame.height + 28
        let height = 54.0
        func y(_ count: Double) -> Double { top + height * (1 - scale.position(of: count)) }
        for tick in scale.ticks {
            drawing.line(
                frame.left, y(tick.value), frame.left + frame.width, y(tick.value),
                style: "rv-grid")
            drawing.text(
                tick.label, frame.left - 7, y(tick.value) + 4, style: "rv-muted rv-small",
                anchor: .end)
        }
        for bin in bins.bins where bin.count > 0 {
            let x = frame.x(100 * bin.lower) + 1
            drawing.rectangle(
                x, y(Double(bin.count)), frame.x(100 * bin.upper) - x - 1,
                y(0) - y(Double(bin.count)), style: ChartStyle.fill(0), opacity: 0.55,
                title: "\(NumberText.count(bin.count)) samples")
        }
        drawing.line(
            frame.left, top + height, frame.left + frame.width, top + height, style: "rv-axis")
        drawing.text("Samples", 14, top + height / 2, anchor: .middle, vertical: true)
        drawing.text(
            "Stated confidence (%)", frame.left + frame.width / 2, top + height + 24,
            anchor: .middle)
    }
}
