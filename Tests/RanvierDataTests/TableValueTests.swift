import Foundation
import RanvierFormats
import RanvierTestSupport
import Testing

/// Numbers, times and sums of tables.
@Suite struct TableValueTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func times(
        _ rows: [String], _ format: TimeFormat? = nil
    ) throws -> [Double] {
        var table = TableFormat()
        table.timeFormat = format
        let reader = try TableReader(
            folder.write("t;x\n" + rows.map { $0 + ";1\n" }.joined(), to: "times.csv"),
            format: table)
        var all: [Double] = []
        try reader.forEachBlock(numbers: [], texts: [], times: [0]) { all += $0.times[0] }
        return all
    }

    @Test func numbersAreCorrectlyRounded() throws {
        var state: UInt64 = 11
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        func digits(_ count: Int) -> String {
            String((0..<count).map { _ in Character("\(random(10))") })
        }
        var cells = [
            "5.", ".5", "+7", "-0", "9007199254740993", "9007199254740993.0", "1e22", "1e23",
            "8.5e-1", "123456789012345678901234567890", "4.9e-324", "2.2250738585072011e-308",
            "1.7976931348623157e308", "0.1", "0.30000000000000004", "9223372036854775807",
            "9999999999999999999", "0.000000000000000000000000000001", "1e-400",
            "6.103515625e-5", "1.00000000000000011102230246251565",
        ]
        for _ in 0..<6000 {
            let sign = ["", "-", "+"][random(3)]
            let exponent = random(3) == 0 ? "e\(random(80) - 40)" : ""
            cells.append(
                sign + digits(1 + random(12)) + (random(2) == 0 ? "." + digits(random(12)) : "")
                    + exponent)
        }
        // Doubles as Swift writes them, with 17 digits.
        for _ in 0..<2000 { cells.append("\(Double(random(1 << 30)) / Double(1 + random(9999)))") }
        let table = try TableReader(
            folder.write("a,b\n" + cells.map { "\($0),1\n" }.joined(), to: "n.csv"))
        var values: [Double] = []
        try table.forEachBlock(numbers: [0], texts: [], times: []) { values += $0.numbers }
        #expect(values.count == cells.count)
        for (cell, value) in zip(cells, values) {
            #expect(value.bitPattern == strtod(cell, nil).bitPattern, "\(cell)")
        }
    }

    @Test func timesOfAllKinds() throws {
        let noon = 1_583_748_873.0  // 2020-03-09 10:14:33 UTC
        let cases: [(String, Double)] = [
            ("2020-03-09", 1_583_712_000), ("2020-03-09 10:14:33", noon),
            ("2020-03-09T10:14:33", noon), ("2020-03-09T10:14:33Z", noon),
            ("2020-03-09T12:14:33.250+02:00", noon + 0.25), ("2020-03-09 05:14:33-0500", noon),
            ("2020/03/09 10:14", noon - 33), ("2020/3/9 10:14:33", noon),
            ("09.03.2020", 1_583_712_000), ("9.3.2020 10:14:33", noon),
            ("2020年3月9日 10時14分", noon - 33), ("2020年3月9日10時14分33秒", noon),
            ("10:14:33", 36873), ("2020-03-09 12:05 AM", 1_583_712_300),
            ("1969-12-31 23:59:59.5", -0.5), ("2000-02-29", 951_782_400),
            ("2020-03-08 24:00", 1_583_712_000), ("1900-03-01", -2_203_891_200),
        ]
        for (text, seconds) in cases { #expect(try times([text]) == [seconds], "\(text)") }
        let japanese = try #require("時刻;x\n2020年3月9日 10時14分;1\n".data(using: .shiftJIS))
        let table = try TableReader(folder.write([UInt8](japanese), to: "sjis.csv"))
        try table.forEachBlock(numbers: [], texts: [], times: [0]) {
            #expect($0.times == [[noon - 33]])
        }
        let gaps = try times(["10:00", "NA", "10:01"])
        #expect(gaps[0] == 36000 && gaps[1].isNaN && gaps[2] == 36060)
    }

    @Test func invalidTimesAreRefused() throws {
        for bad in ["2021-02-29", "2020-13-01", "2020-03-09 25:00", "10:61", "2020-03-09T10:14Z"] {
            expectDataError(.wrongFormat, mentioning: ["line 3", bad]) {
                _ = try times(["2020-03-09", bad])
            }
        }
    }

    @Test func dayAndMonth() throws {
        #expect(try times(["03/09/2020", "03/13/2020"]) == [1_583_712_000, 1_584_057_600])
        #expect(try times(["09/03/2020", "13/03/2020"]) == [1_583_712_000, 1_584_057_600])
        // A row far behind the beginning decides.
        let rows = [String](repeating: "03/09/2020 10:14 PM", count: 70_000)
        #expect(try times(rows + ["03/13/2020"]).first == 1_583_792_040)
        expectDataError(.wrongFormat, mentioning: ["\"t\"", "time-format", "day-first"]) {
            _ = try times(["03/09/2020", "04/09/2020"])
        }
        expectDataError(.wrongFormat, mentioning: ["line 3", "13/03/2020"]) {
            _ = try times(["03/13/2020", "13/03/2020"])
        }
        #expect(try times(["03/09/2020"], .monthFirst) == [1_583_712_000])
        #expect(try times(["09/03/2020"], .dayFirst) == [1_583_712_000])
        expectDataError(.wrongFormat, mentioning: ["month-first"]) {
            _ = try times(["2020-03-09"], .monthFirst)
        }
        let open = try TableReader(folder.write("t,x\n03/09/2020,1\n", to: "open.csv")).summary()
        #expect(open.columns[0].content == .time && open.columns[0].timeFormat == nil)
        #expect(open.notes.count == 1 && open.columns[0].minimum.isNaN)
    }

    @Test func sumsKeepTheirDigits() throws {
        // Deviations of thousandths at an offset of 1.7e9.
        let rows = (0..<10_000).map { "\(1_700_000_000 + $0 % 2),\($0),\($0 % 3)\n" }.joined()
        let table = try TableReader(folder.write("a,b,c\n" + rows, to: "o.csv"), blockSize: 4096)
        let columns = try table.summary().columns
        #expect(abs(columns[0].deviation - 0.5) < 1e-15)
        #expect(columns[0].mean == 1_700_000_000.5)
        #expect(columns[0].base == Double(Float(1_700_000_000)) && columns[0].isWhole)
        #expect(columns[0].distinctTexts == ["1700000000": 5000, "1700000001": 5000])
        #expect(columns[1].isIncreasing && columns[1].isRowNumber)
        #expect(columns[1].distinctTexts == nil && columns[1].base == 500)
        #expect(abs(columns[1].deviation - (99_999_999.0 / 12).squareRoot()) < 1e-9)
        #expect(!columns[2].isIncreasing && columns[2].minimum == 0 && columns[2].maximum == 2)
    }

    @Test func bordersOfBlocksDoNotMatter() throws {
        var text = "\u{feff}t;\"a\";b;label\r\n"
        for row in 0..<400 {
            text += "2020-01-01 00:\(row / 60 % 60 < 10 ? "0" : "")\(row / 60 % 60):"
            text += "\(row % 60 < 10 ? "0" : "")\(row % 60);\(row),5;"
            text += row % 7 == 0 ? "\"x;\r\n\"\"\(row)\"\"\"" : row % 5 == 0 ? "NA" : "ü\(row % 3)"
            text += ";\(row % 4)\(row % 11 == 0 ? "\r\n\r\n" : "\r\n")"
        }
        let file = try folder.write(text, to: "blocks.csv")
        func all(_ size: Int) throws -> (String, [Double], [String], [Double], [Int]) {
            let table = try TableReader(file, blockSize: size)
            let summary = try table.summary()
            var numbers: [Double] = [], texts: [String] = [], times: [Double] = []
            var lines: [Int] = []
            try table.forEachBlock(numbers: [3, 1], texts: [2], times: [0]) { block in
                #expect(block.firstRow == lines.count)
                let names = table.dictionary(ofColumn: 2)
                numbers += block.numbers
                texts += block.texts[0].map { $0 < 0 ? "" : names[Int($0)] }
                times += block.times[0]
                lines += block.lines
            }
            let shown = summary.columns.map { column in
                "\(column.numbers) \(column.missing) \(column.texts) \(column.times) "
                    + "\(column.firstMissingLine ?? 0) \(column.firstOddLine ?? 0) \(column.base) "
                    + "\(column.minimum) \(column.maximum) \(Float(column.mean)) "
                    + "\(Float(column.deviation)) \(column.isIncreasing) \(column.isRowNumber) "
                    + "\((column.distinctTexts ?? [:]).sorted { $0.key < $1.key })"
            }
            return (shown.joined(separator: "\n"), numbers, texts, times, lines)
        }
        let whole = try all(1 << 20)
        #expect(whole.1.count == 800 && whole.4.first == 2)
        #expect(whole.2[0] == "x;\r\n\"0\"" && whole.2[5] == "" && whole.2[1] == "ü1")
        for size in [1, 2, 3, 7, 64, 1000] {
            #expect(try all(size) == whole, "\(size)")
        }
    }
}
