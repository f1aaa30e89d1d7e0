/// Marks of a chart, written as SVG in the order they are made.
///
/// Lengths are in the units of the chart's `width` × `height`; x grows right, y grows down.
public struct Drawing: Sendable {
    /// Where a text's x lies in it.
    package enum Anchor: String, Sendable {
        case start, middle, end
    }

    /// Width of the chart.
    public let width: Double
    /// Height of the chart.
    public let height: Double
    /// The marks as SVG elements.
    public private(set) var body = ""

    /// An empty chart of some size.
    public init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    /// A number with at most two decimals, the same text everywhere.
    package static func number(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let rounded = (value * 100).rounded() / 100
        return rounded == rounded.rounded() && abs(rounded) < 1e9
            ? "\(Int(rounded))" : "\(rounded)"
    }

    package mutating func line(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String
    ) {
        open("line", style)
        attribute("x1", x1)
        attribute("y1", y1)
        attribute("x2", x2)
        attribute("y2", y2)
        body += "/>"
    }

    package mutating func rectangle(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, style: String,
        opacity: Double? = nil, title: String? = nil
    ) {
        open("rect", style)
        attribute("x", x)
        attribute("y", y)
        attribute("width", max(width, 0))
        attribute("height", max(height, 0))
        if let opacity { attribute("fill-opacity", opacity) }
        close("rect", title: title)
    }

    package mutating func path(
        _ data: String, style: String, opacity: Double? = nil, title: String? = nil
    ) {
        open("path", style)
        body += " d=\"\(Markup.escape(data))\""
        if let opacity { attribute("fill-opacity", opacity) }
        close("path", title: title)
    }

    package mutating func text(
        _ text: String, _ x: Double, _ y: Double, style: String = "", anchor: Anchor = .start,
        vertical: Bool = false
    ) {
        open("text", style)
        attribute("x", x)
        attribute("y", y)
        if anchor != .start { body += " text-anchor=\"\(anchor.rawValue)\"" }
        if vertical {
            body += " transform=\"rotate(-90 \(Self.number(x)) \(Self.number(y)))\""
        }
        body += ">\(Markup.escape(text))</text>"
    }

    /// A mark for one point, of a shape that tells series apart without colour.
    package mutating func marker(_ series: Int, _ x: Double, _ y: Double, title: String? = nil) {
        let at = "M\(Self.number(x)) \(Self.number(y))"
        let shape: String =
            switch series % 4 {
            case 0: "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z"
            case 1: "m-3.2 -3.2h6.4v6.4h-6.4z"
            case 2: "m0 -4.4l4.2 7.4h-8.4z"
            default: "m0 -4.6l4.6 4.6l-4.6 4.6l-4.6 -4.6z"
            }
        path(at + shape, style: ChartStyle.fill(series), title: title)
    }

    /// Room a text takes, estimated: fonts differ, so layouts leave a margin.
    package static func textWidth(_ text: String, size: Double = ChartStyle.fontSize) -> Double {
        let units = text.unicodeScalars.reduce(0.0) { sum, scalar in
            switch scalar {
            case "i", "l", "j", ".", ",", "'", "|", " ", "\u{202F}", ":", "I": sum + 0.31
            case "m", "w", "M", "W", "%", "@": sum + 0.92
            case "A"..."Z": sum + 0.68
            default: sum + 0.57
            }
        }
        return units * size
    }

    /// A text cut to a width, with an ellipsis where something is missing.
    package static func fitted(_ text: String, width: Double) -> String {
        guard textWidth(text) > width else { return text }
        var result = text
        while !result.isEmpty, textWidth(result + "…") > width { result.removeLast() }
        return result + "…"
    }

    private mutating func open(_ name: String, _ style: String) {
        body += "\n<\(name)"
        if !style.isEmpty { body += " class=\"\(style)\"" }
    }

    private mutating func attribute(_ name: String, _ value: Double) {
        body += " \(name)=\"\(Self.number(value))\""
    }

    private mutating func close(_ name: String, title: String?) {
        if let title {
            body += "><title>\(Markup.escape(title))</title></\(name)>"
        } else {
            body += "/>"
        }
    }
}
