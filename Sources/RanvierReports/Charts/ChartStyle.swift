/// Colours, lines and type of all charts.
///
/// Series colours are those of Okabe and Ito, told apart with any colour vision, in an order whose
/// lightness alternates; dashes and marker shapes repeat the difference for print in grey.
package enum ChartStyle {
    /// Size of the text in a chart, in its own units.
    package static let fontSize = 12.5
    /// Number of series with a look of their own.
    package static let seriesCount = 6

    private static let light = Palette(
        paper: "#ffffff", ink: "#1b2430", muted: "#566272", axis: "#8a95a3", grid: "#e4e8ed",
        onStrong: "#ffffff",
        series: ["#0072b2", "#e69f00", "#009e73", "#a8508a", "#d55e00", "#3a9bd1"])
    private static let dark = Palette(
        paper: "#12171f", ink: "#e8ecf1", muted: "#a3aebb", axis: "#6c7887", grid: "#28313d",
        onStrong: "#0c1117",
        series: ["#56b4e9", "#e69f00", "#2fc29a", "#d894bf", "#f0854a", "#8ecdf2"])
    private static let dashes = ["", "7 4", "2 3.5", "9 3 2 3", "5 2.5", "1 3"]

    package static func fill(_ series: Int) -> String { "rv-f\(series % seriesCount + 1)" }
    package static func stroke(_ series: Int) -> String { "rv-l\(series % seriesCount + 1)" }

    /// Rules for every chart: light, and dark on screens that ask for it, so print is always light.
    package static let css: String = """
        .rv-chart{display:block;width:100%;height:auto;font-variant-numeric:tabular-nums}
        .rv-chart text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",\
        Arial,sans-serif;font-size:\(fontSize)px}
        .rv-chart .rv-small{font-size:11px}
        .rv-chart .rv-name{font-size:15px;font-weight:600}
        .rv-chart .rv-strong{font-weight:600}
        .rv-axis,.rv-grid,.rv-mid{fill:none;stroke-width:1}
        .rv-mid{stroke-dasharray:4 4;stroke-width:1.3}
        .rv-gap{fill-opacity:.28;stroke-width:1}
        .rv-spike{fill:none;stroke-width:1.3}
        .rv-wide{stroke-width:2.4}
        .rv-level{fill:none;stroke-width:2.4}
        .rv-cells{shape-rendering:crispEdges}
        \(dashes.enumerated().map(lineRule).joined(separator: "\n"))
        \(light.rules)
        @media screen and (prefers-color-scheme:dark){
        \(dark.rules)
        }
        """

    private static func lineRule(_ index: Int, _ dash: String) -> String {
        let pattern = dash.isEmpty ? "" : ";stroke-dasharray:\(dash)"
        return ".rv-l\(index + 1){fill:none;stroke-width:2;stroke-linejoin:round\(pattern)}"
    }

    private struct Palette {
        let paper: String
        let ink: String
        let muted: String
        let axis: String
        let grid: String
        let onStrong: String
        let series: [String]

        var rules: String {
            let lines = series.enumerated().map { index, color in
                ".rv-f\(index + 1){fill:\(color)}.rv-l\(index + 1){stroke:\(color)}"
            }
            return """
                .rv-paper{fill:\(paper)}
                .rv-chart text{fill:\(ink)}
                .rv-chart .rv-muted{fill:\(muted)}
                .rv-chart .rv-on{fill:\(onStrong)}
                .rv-axis,.rv-mid{stroke:\(axis)}
                .rv-grid{stroke:\(grid)}
                .rv-gap{fill:\(series[1]);stroke:\(series[1])}
                .rv-spike{stroke:\(ink)}
                .rv-level{stroke:\(series[0])}
                \(lines.joined(separator: "\n"))
                """
        }
    }
}
