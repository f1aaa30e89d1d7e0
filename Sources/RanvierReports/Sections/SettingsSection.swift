/// The configuration as resolved.
struct SettingsSection: ReportSection {
    func write(_ content: ReportContent, on main: inout HTMLWriter) {
        main.section(
            "Configuration", lead: "As resolved, with every default filled in."
        ) { section in
            section.code(content.configuration, style: "configuration")
        }
    }
}
