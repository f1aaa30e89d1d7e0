import RanvierLearning

/// What only this way of learning can show, whatever it is.
struct DiagnosticsSection: ReportSection {
    func write(_ content: ReportContent, on main: inout HTMLWriter) {
        for diagnostic in content.diagnostics {
            main.section(diagnostic.title, lead: diagnostic.summary) { section in
                if !diagnostic.measures.isEmpty {
                    section.table(
                        caption: "", header: ["Measure", "Value"],
                        rows: diagnostic.measures.map { [$0.title, $0.text] })
                }
                section.figures { figures in
                    for figure in diagnostic.figures { figures.figure(LineChart(figure)) }
                }
            }
        }
    }

    func figures(of content: ReportContent) -> [ReportFigure] {
        content.diagnostics.flatMap(\.figures).map {
            ReportFigure(name: $0.name, chart: LineChart($0))
        }
    }
}
