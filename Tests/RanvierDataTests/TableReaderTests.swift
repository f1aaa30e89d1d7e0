import Foundation
import RanvierFormats
import RanvierTestSupport
import Testing

/// Tables as they come: how they are written is found out, told and verified.
@Suite struct TableReaderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func reader(
        _ text: String, _ change: (inout TableFormat) -> Void = { _ in }
    ) throws -> TableReader {
        try reader(Array(text.utf8), change)
    }

    private func reader(
        _ bytes: [UInt8], _ change: (inout TableFormat) -> Void = { _ in }
    ) throws -> TableReader {
        var format = TableFormat()
        change(&format)
        return try TableReader(folder.write(bytes, to: "table.csv"), format: format)
    }

    private func numbers(_ reader: TableReader, _ columns: [Int]) throws -> [Double] {
        var all: [Double] = []
        try reader.forEachBlock(numbers: columns, texts: [], times: []) { all += $0.numbers }
        return all
    }

    private func texts(_ reader: TableReader, _ column: Int) throws -> [String?] {
        var all: [String?] = []
        try reader.forEachBlock(numbers: [], texts: [column], times: []) { block in
            let texts = reader.dictionary(ofColumn: column)
            all += block.texts[0].map { $0 < 0 ? nil : texts[Int($0)] }
        }
        return all
    }

    private func times(_ reader: TableReader, _ column: Int = 0) throws -> [Double] {
        var all: [Double] = []
        try reader.forEachBlock(numbers: [], texts: [], times: [column]) { all += $0.times[0] }
        return all
    }

    // MARK: - What is read

    @Test func sensorSeries() throws {
        let table = try reader(
            "datetime;Pressure;Flow;anomaly\r\n2020-03-01 15:44:06;0.05;-1e2;0.0\r\n\r\n"
                + "2020-03-01 15:44:07;NA;7;1.0\r\n")
        #expect(table.names == ["datetime", "Pressure", "Flow", "anomaly"])
        #expect(
            table.dialect.description == "separator ;, decimal point, UTF-8, names in line 1")
        let summary = try table.summary()
        #expect(summary.rowCount == 2 && summary.notes.isEmpty)
        #expect(summary.columns.map(\.content) == [.time, .numbers, .numbers, .numbers])
        let time = summary.columns[0]
        #expect(time.minimum == 1_583_077_446 && time.maximum == 1_583_077_447)
        #expect(time.isIncreasing && !time.isRowNumber && time.timeFormat == .yearFirst)
        let pressure = summary.columns[1]
        #expect(pressure.numbers == 1 && pressure.missing == 1 && pressure.firstMissingLine == 4)
        #expect(pressure.firstOddLine == nil && pressure.firstTexts == ["0.05", "NA"])
        let flow = summary.columns[2]
        #expect(flow.mean == -46.5 && flow.deviation == 53.5 && flow.isWhole)
        #expect(summary.columns[3].distinctTexts == ["0.0": 1, "1.0": 1])
        try table.forEachBlock(numbers: [3, 1], texts: [], times: [0]) { block in
            #expect(block.firstRow == 0 && block.rowCount == 2 && block.lines == [2, 4])
            #expect(block.numbers[...2] == [0, 0.05, 1] && block.numbers[3].isNaN)
            #expect(block.times == [[1_583_077_446, 1_583_077_447]] && block.line(ofRow: 1) == 4)
        }
    }

    @Test func quotesAndLineEnds() throws {
        let text =
            "\u{feff}\"a, first\",\"note\",\"label\"\n1.5e-3,\"two\nlines\",\"x\"\n"
            + "+2E2,\"say \"\"hi\"\"\",\"\"\n 3 , 5\" pipe ,y"
        for ends in ["\n", "\r\n", "\r"] {
            let table = try reader(text.replacing("\n", with: ends))
            #expect(table.names == ["a, first", "note", "label"])
            #expect(try numbers(table, [0]) == [0.0015, 200, 3])
            #expect(try texts(table, 1) == ["two\(ends)lines", "say \"hi\"", "5\" pipe"])
            #expect(try texts(table, 2) == ["x", nil, "y"])
            try table.forEachBlock(numbers: [], texts: [], times: []) {
                #expect($0.lines == [2, 4, 5])
            }
        }
        let single = try reader("a;b\n'1;2';3\n") { $0.quote = "'" }
        #expect(try texts(single, 0) == ["1;2"])
    }

    @Test func separators() throws {
        let cases: [(String, Character, Int)] = [
            ("a,b\n1,2\n", ",", 2), ("a;b\n1,5;2,5\n", ";", 2), ("1,5;2\n2,5;3\n", ";", 2),
            ("a\tb\tc\n1,5\tx, y\t2\n", "\t", 3), ("a|b\n1|2\n", "|", 2),
            ("1.0 2.0  3.0\n 4 5 6 \n", " ", 3), ("x\n1\n2\n", ",", 1),
            ("name;text\nA;one, two\nB;three\n", ";", 2), ("sep=;\na,x;b\n1;2\n", ";", 2),
        ]
        for (text, separator, columns) in cases {
            let table = try reader(text)
            #expect(table.dialect.separator == separator, "\(text)")
            #expect(table.names.count == columns, "\(text)")
            _ = try table.summary()
        }
        #expect(try numbers(reader("1.0 2.0  3.0\n 4 5 6 \n"), [0, 2]) == [1, 3, 4, 6])
        #expect(try reader("a^b\n1^2\n") { $0.separator = "^" }.names == ["a", "b"])
        expectDataError(.invalidParameter, mentioning: ["separator"]) {
            _ = try reader("a\n1\n") { $0.separator = "5" }
        }
    }

    @Test func decimalAndThousandsMarks() throws {
        // Text, decimal, thousands, numbers of the last column.
        let cases: [(String, Character, Character?, [Double])] = [
            ("a;b\n1;1.234,5\n2;12,5\n", ",", ".", [1234.5, 12.5]),
            ("a;b\n1;0,5\n2;1.234\n", ",", ".", [0.5, 1234]),
            ("a;b\n1;0.5\n2;1,234\n", ".", ",", [0.5, 1234]),
            ("a,b\n1,0.5\n2,\"1,234.25\"\n", ".", ",", [0.5, 1234.25]),
            ("a,b\n1,\"1,234,567\"\n2,\"-1,234\"\n", ".", ",", [1_234_567, -1234]),
            ("a,b\n1,\"0,5\"\n2,\"1,25\"\n", ",", nil, [0.5, 1.25]),
            ("a;b\n1;1'234.5\n2;12\n", ".", "'", [1234.5, 12]),
            ("a;b\n1;1 234,5\n2;12\n", ",", " ", [1234.5, 12]),
            ("a;b\n1;1\u{a0}234\n2;1\u{202f}234\u{202f}567\n", ".", " ", [1234, 1_234_567]),
            ("a;b\n1;1.234\n2;2.345\n", ".", nil, [1.234, 2.345]),
            ("a,b\n1,1.234\n2,2\n", ".", nil, [1.234, 2]),
            ("a;b\n1;0,123\n2;1,234\n", ",", nil, [0.123, 1.234]),
        ]
        for (text, decimal, thousands, values) in cases {
            let table = try reader(text)
            #expect(table.dialect.decimal == decimal, "\(text)")
            #expect(try numbers(table, [1]) == values, "\(text)")
            if let thousands { #expect(table.dialect.thousands == thousands, "\(text)") }
            let column = try table.summary().columns[1]
            #expect(column.content == .numbers && column.numbers == 2, "\(text)")
        }
    }

    @Test func marksThatNothingDecides() throws {
        for text in ["a;b\n1;1,234\n2;2,345\n", "a,b\n1,\"1,234\"\n", "a;b\n1;1.234\n2;950\n"] {
            expectDataError(.wrongFormat, mentioning: ["line 2", "set decimal", "thousands"]) {
                _ = try reader(text)
            }
        }
        let text = "a;b\n1;1,234\n2;2,345\n"
        #expect(try numbers(reader(text) { $0.decimal = "," }, [1]) == [1.234, 2.345])
        #expect(try numbers(reader(text) { $0.decimal = "." }, [1]) == [1234, 2345])
        #expect(try numbers(reader(text) { $0.thousands = "," }, [1]) == [1234, 2345])
        #expect(try numbers(reader(text) { $0.thousands = "." }, [1]) == [1.234, 2.345])
        expectDataError(.wrongFormat, mentioning: ["\"0.5\"", "\"0,5\"", "set decimal"]) {
            _ = try reader("a;b\n1;0.5\n2;0,5\n")
        }
        // Groups of three only.
        expectDataError(.wrongFormat, mentioning: ["line 3", "12,34"]) {
            let table = try reader("a;b\n1;1,234.5\n2;12,34\n") { $0.decimal = "." }
            _ = try numbers(table, [1])
        }
    }

    @Test func laterCellsCannotContradict() throws {
        let rows = (0..<200_000).map { "\($0);0.5\n" }.joined()
        let table = try reader("a;b\n" + rows + "1;0,5\n")
        expectDataError(.wrongFormat, mentioning: ["line 200002", "\"b\"", "0,5", "set decimal"]) {
            _ = try table.summary()
        }
        let set = try reader("a;b\n" + rows + "1;0,5\n") { $0.decimal = "." }
        let column = try set.summary().columns[1]
        #expect(column.content == .numbers && column.texts == 1)
        #expect(column.firstOddLine == 200_002 && column.firstOddCell == "0,5")
    }

    @Test func encodings() throws {
        let text = "時刻;温度ポ;判定\n1;20,5;良\n2;21,0;不良\n"
        let japanese = try #require(text.data(using: .shiftJIS))
        let table = try reader([UInt8](japanese))
        #expect(table.dialect.description.contains("decimal comma, Shift-JIS, names in line 1"))
        #expect(table.names == ["時刻", "温度ポ", "判定"])
        #expect(try texts(table, 2) == ["良", "不良"])
        #expect(try table.summary().columns[2].distinctTexts == ["良": 1, "不良": 1])
        let kana = try #require("ｾﾝｻ,a\n1,2\n".data(using: .shiftJIS))
        #expect(try reader([UInt8](kana)).names[0] == "ｾﾝｻ")
        let latin = try reader(
            Array(
                "Temperatur \u{b0}C;Gr\u{f6}\u{df}e;caf\u{e9}\n1;2;\u{80}\n".unicodeScalars
                    .map { UInt8($0.value) }))
        #expect(latin.dialect.encoding == .latin1)
        #expect(latin.names == ["Temperatur °C", "Größe", "café"])
        #expect(try texts(latin, 2) == ["€"])
        for isBig in [false, true] {
            let units = "a,温\n1,😀\n".utf16.flatMap { unit -> [UInt8] in
                let bytes = [UInt8(unit & 255), UInt8(unit >> 8)]
                return isBig ? bytes.reversed() : bytes
            }
            let marked: [UInt8] = isBig ? [0xfe, 0xff] : [0xff, 0xfe]
            #expect(try texts(reader(marked + units), 1) == ["😀"])
            #expect(try reader(marked + units).names == ["a", "温"])
            let plain = "ab,cd\n1,2\n".utf16.flatMap { unit -> [UInt8] in
                isBig ? [0, UInt8(unit)] : [UInt8(unit), 0]
            }
            #expect(try numbers(reader(plain), [1]) == [2])
        }
        let forced = try reader([97, 10, 0xb0, 10]) { $0.encoding = .latin1 }
        #expect(try texts(forced, 0) == ["°"])
        expectDataError(.wrongFormat, mentioning: ["line 3", "\"b\"", "UTF-8"]) {
            _ = try reader([97, 44, 98, 10, 49, 44, 50, 10, 49, 44, 0xff, 10]) {
                $0.encoding = .utf8
            }.summary()
        }
        expectDataError(.wrongFormat, mentioning: ["line 2", "zero byte"]) {
            _ = try reader([97, 44, 98, 10, 49, 0, 44, 50, 10])
        }
    }

    @Test func headers() throws {
        let cases: [(String, Int?, [String])] = [
            ("a,b\n1,2\n", 1, ["a", "b"]), ("1,2\n3,4\n", nil, ["column 1", "column 2"]),
            ("label,2019,2020\n0,1.5,2.5\n", 1, ["label", "2019", "2020"]),
            ("5.1,setosa\n4.9,virginica\n", nil, ["column 1", "column 2"]),
            ("x,NA,b\n1,2,3\n", 1, ["x", "NA", "b"]),
            ("ok,?\nok,1\nbad,2\n", nil, ["column 1", "column 2"]),
            ("2020-01-01,x\n2020-01-02,y\n", nil, ["column 1", "column 2"]),
            ("x,,z\n1,2,3\n", 1, ["x", "column 2", "z"]),
            ("\n\n a , b \n1,2\n", 3, ["a", "b"]),
        ]
        for (text, line, names) in cases {
            let table = try reader(text)
            #expect(table.headerLine == line && table.names == names, "\(text)")
        }
        #expect(try reader("1,2\n3,4\n") { $0.hasHeader = true }.names == ["1", "2"])
        #expect(try reader("a,b\nc,d\n") { $0.hasHeader = false }.summary().rowCount == 2)
        let twice = try reader("x,label,x,label\n1,2,3,4\n")
        #expect(twice.duplicateNames == ["x", "label"])
        #expect(try twice.summary().notes.count == 2)
        #expect(try reader("x,,z\n1,2,3\n").summary().notes == ["column 2 has no name"])
    }

    @Test func trailingSeparators() throws {
        let table = try reader("a,b,label,\n1,2,0,\n3,4,1,\n")
        #expect(table.names == ["a", "b", "label"] && table.dialect.hasTrailingSeparator)
        #expect(try table.summary().notes.count == 1)
        #expect(try numbers(table, [0, 2]) == [1, 0, 3, 1])
        // A column with a name stays, though it is empty.
        let empty = try reader("a,b\n1,\n2,\n").summary()
        #expect(empty.columns[1].content == .empty && empty.columns[1].missing == 2)
        let rows = (0..<300_000).map { _ in "1,2,\n" }.joined()
        expectDataError(.countMismatch, mentioning: ["line 300002", "\"5\""]) {
            _ = try reader("a,b,\n" + rows + "1,2,5\n").summary()
        }
    }

    @Test func titleLines() throws {
        let text = "Export of line 3\n\na;b\n1;2\n3;4\n"
        expectDataError(.countMismatch, mentioning: ["line 1", "2 cells", "skip-rows to 2"]) {
            _ = try reader(text)
        }
        expectDataError(.countMismatch, mentioning: ["separator to ;"]) {
            _ = try reader("value\n1,5\n2,5\n")
        }
        #expect(
            try numbers(reader("value\n1,5\n2,5\n") { $0.separator = ";" }, [0]) == [1.5, 2.5])
        #expect(try reader("x y label\n1 2 a\n3 4 b\n").summary().notes.count == 1)
        let table = try reader(text) { $0.skipRows = 2 }
        #expect(table.headerLine == 3 && table.names == ["a", "b"])
        #expect(try numbers(table, [0, 1]) == [1, 2, 3, 4])
    }

    @Test func missingMarks() throws {
        let text = "a,b\n1,\n2,NA\n3,n/a\n4,?\n5,-\n6,--\n7,NaN\n8,null\n9,\"\"\n10,#N/A\n11,0\n"
        let column = try reader(text).summary().columns[1]
        #expect(column.missing == 10 && column.numbers == 1 && column.content == .numbers)
        #expect(column.firstMissingLine == 2)
        let own = try reader("a,b\n-999,x\n-999.0,none\n5,y\n") {
            $0.missingMarks = ["-999", "none"]
        }
        let values = try numbers(own, [0])
        #expect(values[0].isNaN && values[1].isNaN && values[2] == 5)
        #expect(try texts(own, 1) == ["x", nil, "y"])
        #expect(try own.summary().columns.map(\.missing) == [2, 1])
        // A mark of the usual list is a text if another list is set.
        expectDataError(.wrongFormat, mentioning: ["line 3", "\"NA\"", "missing-marks"]) {
            _ = try numbers(reader("a\n1\nNA\n") { $0.missingMarks = ["x"] }, [0])
        }
    }
}
