import RanvierConfiguration
import RanvierReports

/// The HTML page of a study, complete in itself.
package struct StudyPage {
    package let description: StudyDescription
    package let result: StudyResult

    package init(description: StudyDescription, result: StudyResult) {
        self.description = description
        self.result = result
    }

    package func render() -> String {
        var page = HTMLWriter()
        page.container("header") { header in
            header.element("p", "Ranvier, \(description.name)", style: "eyebrow")
            header.element("h1", description.title)
            header.element("p", description.source, style: "meta")
        }
        page.container("main") { main in
            main.container("div", style: "summary") { summary in
                summary.element("p", result.findings.joined(separator: " "))
            }
            if let warning = description.warning { write(warning, to: &main) }
            writeTables(&main)
            if !result.figures.isEmpty {
                main.section("Figures") { section in
                    section.figures { figures in
                        for figure in result.figures {
                            figures.figure(figure.chart, caption: figure.chart.summary)
                        }
                    }
                }
            }
            main.section("How it was made") { section in
                section.code(description.command)
                let seeds =
                    result.seeds.isEmpty
                    ? "" : " Seeds: \(result.seeds.map(String.init).joined(separator: ", "))."
                section.element(
                    "p", "It took \(NumberText.seconds(description.seconds)).\(seeds)")
            }
        }
        page.container("footer") { footer in
            footer.element(
                "p",
                "Made by Ranvier \(description.version). This file is complete: it loads nothing.")
        }
        return HTMLWriter.page(
            title: "\(description.title) – \(description.name)", body: page.html)
    }

    private func write(_ warning: String, to main: inout HTMLWriter) {
        main.container("div", style: "warnings") { box in
            box.element("h2", description.quick ? "A quick study" : "A part of the study")
            box.element("p", warning)
        }
    }

    private func writeTables(_ main: inout HTMLWriter) {
        for (index, table) in result.shownTables.enumerated() {
            let isComparison = index == 0 && !result.comparisons.isEmpty
            main.section(isComparison ? "Published and measured" : table.caption) { section in
                section.table(
                    caption: isComparison ? table.caption : "", header: table.columns,
                    rows: table.rows.map { $0.map(\.text) }, textColumns: wordColumns(of: table))
            }
        }
    }

    /// Columns of words only; numbers stand right even where some cell has none.
    private func wordColumns(of table: StudyTable) -> Set<Int> {
        Set(
            table.columns.indices.filter { column in
                table.rows.allSatisfy {
                    if case .text = $0[column] { true } else { false }
                }
            })
    }
}
