import Foundation
import RanvierConfiguration
import RanvierFormats

/// What is suspicious about the columns of tables: row numbers, constants, columns that tell the answer.
struct TableSuspicions {
    /// One sentence each.
    private(set) var warnings: [String] = []
    /// Columns that are better left out, with the reason in a few words.
    private(set) var suspects: [String: String] = [:]

    /// Most different values of a column of codes.
    private static let mostCodes = 64

    init(_ set: TableSet, _ plan: TablePlan, _ rows: TableRows, _ options: TableOptions) {
        let width = rows.width
        for (index, channel) in plan.channels.enumerated() where !channel.marksMissing {
            let column = set.columns[channel.column], name = "column \"\(channel.name)\""
            let parts = column.summaries.map(\.summary).filter { $0.numbers > 0 }
            if parts.allSatisfy(\.isRowNumber), rows.count > 2 {
                suspects[channel.name] = "counts the rows"
                warnings.append(
                    "\(name) counts the rows: it tells where a row stands and not what was measured; "
                        + "leave it out with `drop`")
            } else if parts.allSatisfy({ $0.isWhole && $0.isIncreasing }), rows.count > 9 {
                suspects[channel.name] = "grows with every row, as an identifier does"
                warnings.append(
                    "\(name) grows with every row, as an identifier or a counter does; leave it out "
                        + "with `drop` unless it is a measurement")
            }
            let low = parts.map(\.minimum).min() ?? 0, high = parts.map(\.maximum).max() ?? 0
            if low == high {
                warnings.append("\(name) is the same in every row (\(low)): it says nothing")
                continue
            }
            func value(_ row: Int) -> Float { rows.values[row * width + index] }
            if plan.label != nil {
                if determinesLabel(rows, value) {
                    suspects[channel.name] = "determines the label in every row"
                    warnings.append(
                        "\(name) determines the label in every row: if it is known only afterwards, "
                            + "leave it out with `drop`")
                }
            } else if options.horizon == 0 {
                for target in plan.targets.indices
                where isProportional(rows, plan.targets.count, target, value) {
                    suspects[channel.name] = "is the target in other words"
                    warnings.append(
                        "\(name) is the target \"\(plan.targetNames[target])\" in other words (their "
                            + "correlation is ±1): leave it out with `drop` if it is known only afterwards"
                    )
                }
            }
        }
        warnings += Self.similarNames(plan.classes)
    }

    /// Whether a few values stand for one class each, in every row.
    private func determinesLabel(_ rows: TableRows, _ value: (Int) -> Float) -> Bool {
        var classOf: [Float: Int32] = [:]
        for row in 0..<rows.count where rows.isValid[row] {
            let own = rows.labels[row], number = value(row)
            guard !number.isNaN else { continue }
            if let known = classOf[number] {
                guard known == own else { return false }
            } else {
                classOf[number] = own
                if classOf.count > Self.mostCodes { return false }
            }
        }
        // Values that occur once each prove nothing.
        return Set(classOf.values).count > 1 && rows.count >= 4 * classOf.count
    }

    private func isProportional(
        _ rows: TableRows, _ targets: Int, _ target: Int, _ value: (Int) -> Float
    ) -> Bool {
        var count = 0.0, sumX = 0.0, sumY = 0.0
        for row in 0..<rows.count where rows.isValid[row] && !value(row).isNaN {
            count += 1
            sumX += Double(value(row))
            sumY += Double(rows.targets[row * targets + target])
        }
        guard count > 9 else { return false }
        let (meanX, meanY) = (sumX / count, sumY / count)
        var xx = 0.0, yy = 0.0, xy = 0.0
        for row in 0..<rows.count where rows.isValid[row] && !value(row).isNaN {
            let x = Double(value(row)) - meanX
            let y = Double(rows.targets[row * targets + target]) - meanY
            xx += x * x
            yy += y * y
            xy += x * y
        }
        return xx > 0 && yy > 0 && abs(xy) / (xx * yy).squareRoot() > 0.99999
    }

    /// Classes whose names differ only in case, width or blanks.
    private static func similarNames(_ classes: [String]) -> [String] {
        var known: [String: String] = [:]
        var warnings: [String] = []
        for name in classes {
            let plain = name.precomposedStringWithCompatibilityMapping.lowercased()
                .filter { !$0.isWhitespace }
            if let other = known.updateValue(name, forKey: plain) {
                warnings.append(
                    "the classes \"\(other)\" and \"\(name)\" differ only in spelling: are they one?"
                )
            }
        }
        return warnings
    }
}
