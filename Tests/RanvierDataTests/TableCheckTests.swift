import Foundation
import RanvierFormats
import RanvierTestSupport
import Testing

@testable import RanvierData

/// What is told of tables before anything is trained.
@Suite("Tables: checks")
struct TableCheckTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func check(
        _ head: String, rows: Int = 200, change: (inout TableOptions) -> Void = { _ in },
        _ row: (Int) -> String
    ) throws -> TableCheck {
        let url = folder.url.appending(path: "t.csv")
        let text = "\(head)\n" + (0..<rows).map { row($0) + "\n" }.joined()
        try Data(text.utf8).write(to: url)
        var options = TableOptions()
        change(&options)
        return try TableCheck([url], options)
    }

    /// Numbers without order, the same every time.
    private func noise(_ index: Int, _ seed: Int = 1) -> Double {
        Double((index * 7919 + seed * 104_729) * 48_271 % 65_537) / 65_537
    }

    private func texts(_ check: TableCheck, _ severity: TableCheck.Severity) -> [String] {
        check.findings.filter { $0.severity == severity }.map(\.text)
    }

    @Test("ordinary tables raise no alarm")
    func ordinary() throws {
        let found = try check("a,b,count,flag,label") { row in
            "\(noise(row)),\(noise(row, 2) * 100),\(Int(noise(row, 3) * 9)),"
                + "\(Int(noise(row, 4) * 2)),\(Int(noise(row, 5) * 3))"
        }
        #expect(found.isUsable && found.suspects.isEmpty)
        #expect(texts(found, .warning).isEmpty, "\(texts(found, .warning))")
        #expect(found.rows == 200 && found.samples == 200 && found.missing == 0)
        #expect(found.classNames == ["0", "1", "2"] && found.classes.values.reduce(0, +) == 200)
        #expect(found.features == ["a", "b", "count", "flag"])
        #expect(found.columns.map(\.use) == ["value", "value", "value", "value", "label"])
        let again = try JSONDecoder().decode(TableCheck.self, from: JSONEncoder().encode(found))
        #expect(again.findings == found.findings && again.classes == found.classes)
        let numbers = try check("a,b,y", change: { $0.asked = .values(["y"]) }) { row in
            "\(noise(row)),\(noise(row, 2)),\(noise(row) + noise(row, 3))"
        }
        #expect(numbers.suspects.isEmpty && texts(numbers, .warning).isEmpty)
    }

    @Test("row numbers, growing identifiers, constants and leaks are suspects")
    func suspects() throws {
        let found = try check("row,id,constant,code,a,label") { row in
            let label = Int(noise(row, 5) * 3)
            return "\(row + 1),\(1000 + row * 3 + row % 2),7,\(5 - label),\(noise(row)),\(label)"
        }
        #expect(found.suspects.keys.sorted() == ["code", "id", "row"])
        #expect(found.suspects["row"]?.contains("counts the rows") == true)
        #expect(found.suspects["id"]?.contains("grows") == true)
        #expect(found.suspects["code"]?.contains("determines the label") == true)
        #expect(texts(found, .warning).contains { $0.contains("\"constant\"") && $0.contains("7") })
        #expect(found.isUsable)
        let target = try check("f,c,y", change: { $0.asked = .values(["y"]) }) { row in
            "\(noise(row) * 1.8 + 32),\(noise(row, 2)),\(noise(row))"
        }
        #expect(target.suspects.keys.sorted() == ["f"])
    }

    @Test(
        "what keeps training from beginning is an error; gaps, few rows and rare classes are warnings"
    )
    func findings() throws {
        let same = try check("a,label") { "\(noise($0)),0" }
        #expect(!same.isUsable && texts(same, .error)[0].contains("same class"))
        let flat = try check("a,y", change: { $0.asked = .values(["y"]) }) { "\(noise($0)),4" }
        #expect(!flat.isUsable && texts(flat, .error)[0].contains("\"y\" is 4"))
        let none = try check("a,b") { "\(noise($0)),1" }
        #expect(!none.isUsable && texts(none, .error)[0].contains("\"label\""))
        #expect(none.columns.map(\.name) == ["a", "b"])
        let gaps = try check("a,label") {
            "\($0 == 4 || $0 == 9 ? "N/A" : "\(noise($0))"),\($0 % 2)"
        }
        #expect(gaps.isUsable && gaps.missing == 2)
        #expect(
            texts(gaps, .warning).contains { $0.contains("\"a\" 2 (1.0 %, first in line 6)") },
            "\(texts(gaps, .warning))")
        let rare = try check("a,label", rows: 50) { "\(noise($0)),\($0 < 47 ? "no" : "yes")" }
        let warnings = texts(rare, .warning)
        #expect(warnings.contains { $0.contains("right for 94.0 %") })
        #expect(warnings.contains { $0.contains("only 3 samples") })
        #expect(warnings.contains { $0.contains("50 samples are few") })
        let twins = try check("a,label") { "\(noise($0)),\(["OK", "ok", "NG"][$0 % 3])" }
        #expect(texts(twins, .warning).contains { $0.contains("\"OK\" and \"ok\"") })
        let repeats = try check("a,label") { "\(noise($0 % 20)),\($0 % 2)" }
        #expect(texts(repeats, .warning).contains { $0.contains("180 of 200 rows repeat") })
        let absent = try check("a,label") { "\(noise($0)),\($0 % 2 + 1)" }
        #expect(texts(absent, .warning).contains { $0.contains("no sample has the class 0") })
    }
}
