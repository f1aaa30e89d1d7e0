/// What was asked: data, command, warnings.
struct QuestionSection: ReportSection {
    func write(_ content: ReportContent, on main: inout HTMLWriter) {
        main.section("What was asked") { section in
            section.element("p", content.datasetDescription)
            section.element("p", "The exact command that made this run:")
            section.code(content.command)
            if content.warnings.isEmpty {
                section.element("p", "The run gave no warnings.", style: "good")
            }
        }
    }
}
