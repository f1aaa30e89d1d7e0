import RanvierAnalysis
import RanvierConfiguration

/// A heat map of similarities: columns and rows are layers in forward order, from the lower left corner.
///
/// Ink deepens from 0 to 1; values outside are drawn as the nearest of them, and cells without a value are left open
/// with a mark. Maps of more layers than can be told apart are drawn as means over blocks of cells.
public struct SimilarityChart: Chart {
    /// What the figure shows.
    public var title: String
    /// What can be read from it.
    public var summary: String
    /// What the rows are.
    public var rowName: String
    /// What the columns are.
    public var columnName: String
    /// The similarities.
    public var map: SimilarityMap

    private static let mostCells = 146

    /// Makes a figure of a map.
    public init(
        title: String, summary: String = "", rowName: String, columnName: String,
        _ map: SimilarityMap
    ) {
        self.title = title
        self.summary = summary
        self.rowName = rowName
        self.columnName = columnName
        self.map = map
    }

    /// Draws the map.
    public func draw() -> Drawing {
        guard !map.rows.isEmpty, !map.columns.isEmpty else {
            return .nothing("there are no layers.")
        }
        let width = ChartFrame.standardWidth
        let longest = (map.rows + map.columns).map { Drawing.textWidth($0) * 0.88 }.max() ?? 0
        let labels = min(longest, 84) + 8
        let left = 26 + labels, size = width - left - 14
        let merge = (max(map.rows.count, map.columns.count) + Self.mostCells - 1) / Self.mostCells
        let cells = blocks(of: merge)
        let side = size / Double(max(cells.count, cells[0].count))
        let height = side * Double(cells.count), top = 44.0
        var drawing = Drawing(width: width, height: top + height + labels + 30)
        drawLegend(on: &drawing)
        draw(cells, on: &drawing, left: left, top: top, side: side)
        let across = side * Double(cells[0].count)
        drawing.text(rowName, 14, top + height / 2, anchor: .middle, vertical: true)
        drawing.text(
            columnName, left + across / 2, top + height + labels + 20, anchor: .middle)
        drawNames(
            on: &drawing, left: left, bottom: top + height, step: side / Double(merge),
            room: labels - 8)
        return drawing
    }

    /// Means over blocks of cells, NaN left out; row 0 is the first layer.
    private func blocks(of size: Int) -> [[Double]] {
        guard size > 1 else { return map.values }
        func cuts(_ count: Int) -> [Range<Int>] {
            stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
        }
        return cuts(map.rows.count).map { rows in
            cuts(map.columns.count).map { columns in
                let all = rows.flatMap { map.values[$0][columns] }.filter { !$0.isNaN }
                return all.isEmpty ? .nan : all.reduce(0, +) / Double(all.count)
            }
        }
    }

    /// Cells with the same ink are one path, which keeps the file small; few cells tell their value on a pointer.
    private func draw(
        _ cells: [[Double]], on drawing: inout Drawing, left: Double, top: Double, side: Double
    ) {
        let isTitled = map.rows.count * map.columns.count <= 400
        var paths: [Int: String] = [:]
        for (i, row) in cells.enumerated() {
            let y = top + side * Double(cells.count - 1 - i)
            for (j, value) in row.enumerated() {
                let x = left + Double(j) * side
                let level = value.isNaN ? -1 : Int((Self.ink(value) * 50).rounded())
                if isTitled {
                    drawing.rectangle(
                        x, y, side, side, style: Self.style(level), opacity: Self.opacity(level),
                        title: "\(map.rows[i]), \(map.columns[j]): "
                            + NumberText.significant(value))
                } else {
                    let length = Drawing.number(side)
                    paths[level, default: ""] +=
                        "M\(Drawing.number(x)) \(Drawing.number(y))h\(length)v\(length)h-\(length)z"
                }
            }
        }
        for (level, path) in paths.sorted(by: { $0.key < $1.key }) {
            drawing.path(path, style: Self.style(level), opacity: Self.opacity(level))
        }
    }

    private static func style(_ level: Int) -> String {
        ChartStyle.fill(level < 0 ? 4 : 0) + " rv-cells"
    }
    private static func opacity(_ level: Int) -> Double { level < 0 ? 0.45 : Double(level) / 50 }
    private static func ink(_ value: Double) -> Double { 0.02 + 0.98 * min(max(value, 0), 1) }

    /// Names thin out where there are more layers than lines of text.
    private func drawNames(
        on drawing: inout Drawing, left: Double, bottom: Double, step: Double, room: Double
    ) {
        let every = max(1, Int((12 / step).rounded(.up)))
        for (i, name) in map.rows.enumerated() where i % every == 0 {
            drawing.text(
                Drawing.fitted(name, width: room / 0.88), left - 6,
                bottom - (Double(i) + 0.5) * step + 4, style: "rv-muted rv-small", anchor: .end)
        }
        for (j, name) in map.columns.enumerated() where j % every == 0 {
            drawing.text(
                Drawing.fitted(name, width: room / 0.88), left + (Double(j) + 0.5) * step + 4,
                bottom + 6, style: "rv-muted rv-small", anchor: .end, vertical: true)
        }
    }

    private func drawLegend(on drawing: inout Drawing) {
        drawing.text("Similarity (CKA)", 14, 20)
        let left = 150.0, width = 11.0
        drawing.text("0", left - 6, 20, style: "rv-muted", anchor: .end)
        for step in 0...10 {
            drawing.rectangle(
                left + Double(step) * width, 9, width, 13, style: ChartStyle.fill(0),
                opacity: Self.ink(Double(step) / 10))
        }
        drawing.text("1", left + 11 * width + 6, 20, style: "rv-muted")
        guard map.values.contains(where: { $0.contains(where: \.isNaN) }) else { return }
        drawing.rectangle(left + 170, 9, 13, 13, style: ChartStyle.fill(4), opacity: 0.45)
        drawing.text("not defined", left + 189, 20, style: "rv-muted")
    }
}
