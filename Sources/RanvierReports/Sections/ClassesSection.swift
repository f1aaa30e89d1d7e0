import RanvierAnalysis
import RanvierLearning

/// How well each class is found.
struct ClassesSection: ReportSection {
    private static let most = 40

    func write(_ content: ReportContent, on main: inout HTMLWriter) {
        let classes = content.result.classes
        guard !classes.isEmpty else { return }
        let table = ClassTable(classes, most: Self.most)
        let lost = classes.filter { $0.samples > 0 && $0.recall == 0 }.count
        let lead =
            lost == 0
            ? "Recall: share of a class's samples that were recognised. Precision: share of the "
                + "answers naming it that were right."
            : "⚠ \(lost == 1 ? "One class is" : "\(lost) classes are") never found."
        main.section("Class by class", lead: lead) { section in
            section.table(
                caption: table.left > 0
                    ? "The \(Self.most) classes that are found worst, of \(classes.count); “–” where a "
                        + "number is undefined."
                    : "On the test set; “–” where a number is undefined.",
                header: ["Class", "Test samples", "Recall", "Precision", "F1"], rows: table.rows)
        }
    }
}
