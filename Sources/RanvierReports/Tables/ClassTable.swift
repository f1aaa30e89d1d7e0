import RanvierConfiguration
import RanvierLearning

/// How well each class is found, as rows of text.
package struct ClassTable {
    package static let head = ["class", "samples", "recall", "precision", "F1"]

    package let rows: [[String]]
    /// Classes that are not shown.
    package let left: Int

    /// - Parameter most: rows at most; of more classes those that are found worst.
    package init(_ classes: [ClassScore], most: Int) {
        var shown = classes
        if classes.count > most {
            let worst = classes.indices.filter { classes[$0].samples > 0 }.sorted {
                (classes[$0].f1 ?? 0, $0) < (classes[$1].f1 ?? 0, $1)
            }
            shown = worst.prefix(most).map { classes[$0] }
        }
        left = classes.count - shown.count
        rows = shown.map { score in
            [score.name, NumberText.count(score.samples)]
                + [score.recall, score.precision, score.f1].map {
                    $0.map { NumberText.percent($0) } ?? "–"
                }
        }
    }
}
