import RanvierAnalysis
import RanvierConfiguration
import RanvierLearning

/// The page of one run: a summary, then its sections in order.
package struct RunPage {
    package let content: ReportContent
    package let sections: [any ReportSection]

    private var result: RunResult { content.result }

    package func render() -> String {
        var page = HTMLWriter()
        page.container("header", writeHeader)
        page.container("main") { main in
            for section in sections { section.write(content, on: &main) }
        }
        page.container("footer") { footer in
            footer.element(
                "p", "Made by Ranvier \(result.version). This file is complete: it loads nothing.")
        }
        return HTMLWriter.page(title: content.title, body: page.html)
    }

    package var figures: [ReportFigure] { sections.flatMap { $0.figures(of: content) } }

    // MARK: - Top of the page

    private func writeHeader(_ header: inout HTMLWriter) {
        header.element("p", "Ranvier run report", style: "eyebrow")
        header.element("h1", content.title)
        let facts = [
            "\(result.method) training", result.displayModel, "data set \(result.dataset)",
            "seed \(result.seed)", "run \(result.name)", "version \(result.version)",
        ]
        header.element("p", facts.joined(separator: " · "), style: "meta")
        header.container("section", style: "summary", label: "Summary") { summary in
            summary.element("p", PlainSummary(result).sentences.joined(separator: " "))
        }
        header.container("dl", style: "tiles") { tiles in
            for tile in RunMeasures.tiles(of: result) {
                tiles.container("div") { box in
                    box.element("dt", tile.name)
                    box.element("dd", tile.value)
                    if let aside = tile.aside { box.element("dd", aside, style: "aside") }
                }
            }
        }
        RunPage.write(content.warnings, heading: "h2", on: &header)
    }

    package static func write(
        _ warnings: [String], heading: String, on page: inout HTMLWriter
    ) {
        guard !warnings.isEmpty else { return }
        page.container("section", style: "warnings") { section in
            section.element(heading, warnings.count == 1 ? "⚠ Warning" : "⚠ Warnings")
            section.container("ul") { list in
                for warning in warnings { list.element("li", warning) }
            }
        }
    }
}
