import RanvierAnalysis
import RanvierConfiguration
import RanvierLearning

/// A confusion matrix: rows are true classes, columns predictions, cells counts.
///
/// Blue deepens with the share of the row that is right, orange with the share that is wrong, both
/// by its square root so that rare errors stay visible.
public struct HeatMap: Chart {
    /// What the figure shows.
    public var title: String
    /// What can be read from it.
    public var summary: String
    /// Names of the classes.
    public var classNames: [String]
    /// Counts, `[true class][predicted class]`.
    public var counts: [[Int]]

    /// Makes a figure from counts; missing names become numbers.
    public init(title: String, summary: String = "", counts: [[Int]], classNames: [String] = []) {
        self.title = title
        self.summary = summary
        self.counts = counts
        self.classNames =
            classNames.count == counts.count ? classNames : counts.indices.map(String.init)
    }

    /// Makes a figure from a confusion matrix.
    public init(
        title: String, summary: String = "", _ matrix: ConfusionMatrix, classNames: [String] = []
    ) {
        self.init(title: title, summary: summary, counts: matrix.counts, classNames: classNames)
    }

    /// Draws the matrix. Cells too small for a number show their shade only.
    public func draw() -> Drawing {
        guard !counts.isEmpty, counts.allSatisfy({ $0.count == counts.count }) else {
            return .nothing("there is no square matrix of counts.")
        }
        guard counts.contains(where: { $0.contains { $0 > 0 } }) else {
            return .nothing("no sample was counted.")
        }
        let width = ChartFrame.standardWidth
        let longest = classNames.map { Drawing.textWidth($0) }.reduce(0, max)
        let labelWidth = min(longest, 110)
        let left = 36 + labelWidth
        let side = min((width - left - 14) / Double(counts.count), 44)
        let isTurned = longest > side - 4
        let columnRoom = isTurned ? labelWidth : 14
        let size = side * Double(counts.count)
        let top = 74 + columnRoom
        var drawing = Drawing(width: width, height: top + size + 12)
        drawLegend(on: &drawing)
        drawing.text("Predicted class", left + size / 2, 62, anchor: .middle)
        drawing.text("True class", 16, top + size / 2, anchor: .middle, vertical: true)
        // Names thin out where there are more classes than lines of text.
        let every = max(1, Int((13 / side).rounded(.up)))
        for index in counts.indices where index % every == 0 {
            let centre = (Double(index) + 0.5) * side
            let name = Drawing.fitted(classNames[index], width: labelWidth + 2)
            drawing.text(name, left - 7, top + centre + 4.2, style: "rv-muted", anchor: .end)
            drawing.text(
                name, left + centre + (isTurned ? 4.2 : 0), top - 7, style: "rv-muted",
                anchor: isTurned ? .start : .middle, vertical: isTurned)
        }
        drawCells(on: &drawing, left: left, top: top, side: side)
        return drawing
    }

    private func drawCells(on drawing: inout Drawing, left: Double, top: Double, side: Double) {
        let gap = side > 8 ? 1.0 : 0
        for (row, values) in counts.enumerated() {
            let total = values.reduce(0, +)
            for (column, count) in values.enumerated() {
                let x = left + Double(column) * side
                let y = top + Double(row) * side
                let share = total > 0 ? Double(count) / Double(total) : 0
                let opacity = Self.opacity(of: share)
                drawing.rectangle(
                    x, y, side - gap, side - gap,
                    style: count == 0 ? "rv-f1" : ChartStyle.fill(row == column ? 0 : 4),
                    opacity: count == 0 ? 0.05 : opacity,
                    title: "\(classNames[row]) taken for \(classNames[column]): \(count)")
                let text = NumberText.count(count)
                guard count > 0, side >= 14, Drawing.textWidth(text) * 0.88 < side - 2 else {
                    continue
                }
                drawing.text(
                    text, x + (side - gap) / 2, y + (side - gap) / 2 + 4,
                    style: opacity > 0.6 ? "rv-on rv-small" : "rv-small", anchor: .middle)
            }
        }
    }

    private static func opacity(of share: Double) -> Double { 0.08 + 0.92 * share.squareRoot() }

    private func drawLegend(on drawing: inout Drawing) {
        drawing.text("Share of the true class", 14, 18)
        var x = 168.0
        for (label, share) in [("1 %", 0.01), ("10 %", 0.1), ("50 %", 0.5), ("100 %", 1.0)] {
            drawing.rectangle(
                x, 7, 13, 13, style: ChartStyle.fill(0), opacity: Self.opacity(of: share))
            drawing.rectangle(
                x + 14, 7, 13, 13, style: ChartStyle.fill(4), opacity: Self.opacity(of: share))
            drawing.text(label, x + 32, 18, style: "rv-muted")
            x += 40 + Drawing.textWidth(label)
        }
        drawing.text("blue: right, orange: wrong", 168, 37, style: "rv-muted rv-small")
    }
}
