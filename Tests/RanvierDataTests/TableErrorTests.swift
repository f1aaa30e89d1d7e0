import Foundation
import RanvierData
import RanvierFormats
import RanvierTestSupport
import Testing

/// What is wrong with a table is said with its line.
@Suite struct TableErrorTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func readAll(_ bytes: [UInt8]) throws {
        let table = try TableReader(folder.write(bytes, to: "bad.csv"))
        _ = try table.summary()
        let all = Array(table.names.indices)
        try table.forEachBlock(numbers: all, texts: [], times: []) { _ in }
    }

    @Test func damagedFiles() throws {
        let cases: [(String, DataError.Kind, [String])] = [
            ("a,b\n1,2\n3,x\n", .wrongFormat, ["line 3", "\"b\"", "\"x\""]),
            ("a,b\n1,2\n3\n", .countMismatch, ["line 3", "2 cells", "found 1"]),
            ("a,b\n1,2\n\n3,4,5\n", .countMismatch, ["line 4", "found 3"]),
            ("a,b\n1,2\n3,inf\n", .notFinite, ["line 3", "finite"]),
            ("a,b\n1,2\n3,1e999\n", .notFinite, ["line 3", "1e999"]),
            ("a,b\n1,2\n3,-Infinity\n", .notFinite, ["line 3"]),
            ("a,b\n1,2\n3,0x10\n", .wrongFormat, ["line 3", "0x10"]),
            ("a,b\n1,2\n3,1e\n", .wrongFormat, ["line 3", "1e"]),
            ("a,b\n1,2\n3,1 2\n", .wrongFormat, ["line 3", "1 2"]),
            ("a,b\n1,\"2\n3,4\n", .truncated, ["line 2", "quotation"]),
            ("a,\"b\n1,2\n3,4\n", .truncated, ["line 1", "quotation"]),
            ("a,b\n\"1.5\"7,2\n", .wrongFormat, ["line 2", "closing quotation mark", "\"7\""]),
            ("a,b\n", .truncated, ["rows"]), ("", .truncated, ["no lines"]),
            ("\n\n", .truncated, ["no lines"]),
        ]
        for (text, kind, texts) in cases {
            expectDataError(kind, mentioning: texts + ["bad.csv"]) {
                try readAll(Array(text.utf8))
            }
        }
        expectDataError(.missing) {
            _ = try TableReader(folder.url.appending(path: "none.csv"))
        }
    }

    @Test func oddCellsAreTold() throws {
        let table = try TableReader(
            folder.write("a,good\n1,0.5\n2,ten\n3,\n4,0.75\n", to: "odd.csv"))
        let column = try table.summary().columns[1]
        #expect(column.content == .numbers && column.texts == 1 && column.missing == 1)
        #expect(column.firstOddLine == 3 && column.firstOddCell == "ten")
        // Hexadecimal numbers and infinities are texts.
        let odd = try TableReader(folder.write("a\n0x10\n0x1F\ninf\n", to: "hex.csv")).summary()
        #expect(odd.columns[0].content == .text && odd.columns[0].texts == 3)
    }

    @Test func bombsAndLongLines() throws {
        let row = [UInt8]("0,0,0,0,0,0,0,0\n".utf8)
        var zeros = [UInt8]("a,b,c,d,e,f,g,h\n".utf8)
        for _ in 0..<(17 << 20) / row.count { zeros += row }
        let bomb = try folder.write(gzip(zeros), to: "bomb.csv.gz")
        // 1 : 1000 is out of reach for an honest table; 1 : 400 is not.
        if (try bomb.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0) * 1000 < zeros.count {
            expectDataError(.unsupported, mentioning: ["1000 times"]) {
                _ = try TableReader(bomb).summary()
            }
        }
        let packed = try TableReader(
            folder.write(gzip(Array("a,b\n1,2\n3,4\n".utf8)), to: "t.csv.gz"))
        #expect(try packed.summary().rowCount == 2)
        let wide = (0..<6000).map { "c\($0)" }.joined(separator: ",") + "\n"
        let values = (0..<6000).map { "\($0)" }.joined(separator: ",") + "\n"
        let table = try TableReader(folder.write(wide + values + values, to: "wide.csv"))
        let summary = try table.summary()
        #expect(summary.columns.count == 6000 && summary.columns[5999].mean == 5999)
    }

    @Test func damageNeverCrashes() throws {
        let texts = [
            "time;\"a, x\";b\n2020-03-01 10:00;1,5;\"u\"\"v\"\n2020-03-02 10:00;-2e3;\r\n",
            "a,b\n1,\"2\n3\"\n\"1,234.5\",x\n", "日,本\n1,2\n3,4\n",
        ]
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for text in texts {
            let bytes = Array(text.utf8)
            var variants = bytes.indices.map { Array(bytes[..<$0]) }
            for _ in 0..<100 {
                var flipped = bytes
                for _ in 0..<(1 + random(3)) {
                    flipped[random(flipped.count)] = UInt8(random(256))
                }
                variants.append(flipped)
            }
            for variant in variants {
                do {
                    let table = try TableReader(
                        folder.write(variant, to: "fuzz.csv"), blockSize: 1 + random(40))
                    _ = try table.summary()
                    let columns = Array(table.names.indices)
                    try table.forEachBlock(numbers: [], texts: columns, times: []) { _ in }
                    try table.forEachBlock(numbers: columns, texts: [], times: []) { _ in }
                } catch is DataError {}
            }
        }
    }

    @Test func labelsBeyondWholeNumbers() throws {
        func labels(_ low: String, _ high: String) throws -> URL {
            let rows = (0..<8).map { "0.\($0),\($0 % 2 == 0 ? low : high)\n" }.joined()
            return try folder.write("a,label\n" + rows, to: "labels.csv")
        }
        expectDataError(.labelOutsideClasses, mentioning: ["\"label\"", "2^53", "a letter"]) {
            _ = try Dataset(
                csv: labels("9007199254740992", "9007199254740993"), label: "label")
        }
        let near = try Dataset(csv: labels("9007199254740990", "9007199254740991"), label: "label")
        #expect(near.classNames == ["9007199254740990", "9007199254740991"])
    }

    /// What is no table is told what it is, whatever its name.
    @Test(
        arguments: [
            (Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 0, count: 40), "Excel workbook"),
            ([57, 0, 0, 0, 0, 0, 0, 0] + Array("{\"w\":{}}".utf8), "safetensors"),
            ([0x89] + Array("PNG\r\n\u{1a}\n".utf8) + [0, 0, 0, 13], "PNG image"),
            (Array("{\"version\": 1,\n\"a\": 2}\n".utf8), "JSON"),
            (Array("# mine\nname: x\nmethod: surrogate\n".utf8), "a configuration"),
        ] as [([UInt8], String)])
    func aFileThatIsNoTableIsToldWhatItIs(bytes: [UInt8], word: String) throws {
        let file = try folder.write(bytes, to: "t.csv")
        expectDataError(.wrongFormat, mentioning: ["t.csv", "expected a table", word]) {
            _ = try TableReader(file)
        }
    }

    @Test func aRunDirectoryIsNoFolderOfTables() throws {
        try folder.write("seed: 1\n", to: "run/config.yaml")
        try folder.write("{}", to: "run/model.json")
        expectDataError(.missing, mentioning: ["run", "a run directory", "ranvier evaluate"]) {
            _ = try TableFiles.urls(["run"], from: folder.url)
        }
    }

    /// A position is advised where one is taken, and only there.
    @Test func positionsAreAdvisedWhereTheyAreTaken() {
        let names = ["a", "b", "b"]
        expectDataError(.unknownName, mentioning: ["position from 0"]) {
            _ = try TableColumn.named("z").position(among: names, path: "t.csv")
        }
        expectDataError(.unknownName, mentioning: ["by position"]) {
            _ = try TableColumn.named("b").position(among: names, path: "t.csv")
        }
        for name in ["z", "b"] {
            let error = #expect(throws: DataError.self) {
                try TableColumn.position(named: name, among: names, path: "t.csv")
            }
            #expect(error?.advice.contains("position") == false, "\(String(describing: error))")
        }
    }
}
