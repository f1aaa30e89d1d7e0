import Foundation
import RanvierData
import RanvierFormats
import RanvierTestSupport
import Testing

@Suite struct CSVTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func sensorSeries() throws {
        let file = try folder.write(
            "datetime;Pressure;Flow;anomaly\r\n2020-03-01 15:44:06;0.05;-1e2;0.0\r\n\r\n"
                + "2020-03-01 15:44:07;0.06;7;1.0\r\n", to: "series.csv")
        let table = try CSVReader().table(at: file)
        #expect(table.separator == ";" && table.rowCount == 2 && table.lines == [2, 4])
        #expect(table.names == ["datetime", "Pressure", "Flow", "anomaly"])
        #expect(table.numericColumns == [1, 2, 3])
        #expect(try table.numbers("Flow") == [-100, 7])
        #expect(try table.numbers(-1) == [0, 1])
        expectDataError(.wrongFormat, mentioning: ["datetime", "2020-03-01"]) {
            _ = try table.numbers("datetime")
        }
        expectDataError(.unknownName, mentioning: ["\"pressure\"", "\"Pressure\""]) {
            _ = try table.numbers("pressure")
        }
        let data = try Dataset(csv: file, label: "anomaly")
        #expect(data.featureShape == [2] && data.labels == [0, 1])
        #expect(data.values(ofSample: 1) == [0.06, 7])
    }

    @Test func textLabelsAndQuotes() throws {
        let file = try folder.write(
            gzip(
                Array(
                    "\u{feff}a,\"the \"\"x\"\", really\",kind\n1,2,cat\n 3 , 4,\"ant\"\n5,6,cat"
                        .utf8)),
            to: "q.csv.gz")
        let data = try Dataset(csv: file, label: -1)
        #expect(data.classNames == ["ant", "cat"] && data.labels == [1, 0, 1])
        #expect(data.values == [1, 2, 3, 4, 5, 6])
        #expect(
            try CSVReader().table(at: file).names == ["a", "the \"x\", really", "kind"])
        let chosen = try Dataset(
            csv: file, label: "kind", features: ["a"], classNames: ["cat", "dog", "ant"])
        #expect(chosen.labels == [0, 2, 0] && chosen.featureShape == [1])
        expectDataError(.labelOutsideClasses, mentioning: ["line 3", "\"ant\""]) {
            _ = try Dataset(csv: file, label: "kind", classNames: ["cat", "dog"])
        }
    }

    @Test func withoutHeader() throws {
        let file = try folder.write("5.1\t3.5\tsetosa\n4.9\t3.0\tvirginica\n", to: "iris.tsv")
        let table = try CSVReader().table(at: file)
        #expect(table.names == ["column 1", "column 2", "column 3"] && table.rowCount == 2)
        #expect(try Dataset(csv: file, label: 2).labels == [0, 1])
        let forced = try CSVReader(format: CSVFormat(hasHeader: true)).table(at: file)
        #expect(forced.names == ["5.1", "3.5", "setosa"] && forced.rowCount == 1)
    }

    @Test func damagedFiles() throws {
        let cases: [(String, DataError.Kind, [String])] = [
            ("a,b\n1,2\n3,x\n", .wrongFormat, ["line 3", "\"b\"", "\"x\""]),
            ("a,b\n1,2\n3\n", .countMismatch, ["line 3", "2 cells", "found 1"]),
            ("a,b\n1,2\n\n3,4,5\n", .countMismatch, ["line 4", "found 3"]),
            ("a,b\n1,2\n3,\n", .wrongFormat, ["line 3", "empty cell"]),
            ("a,b\n1,2\n3,nan\n", .notFinite, ["line 3", "finite"]),
            ("a,b\n1,2\n3,inf\n", .notFinite, ["line 3"]),
            ("a,b\n1,\"2\n3,4\n", .truncated, ["line 2", "quotation"]),
            ("a,b\n", .truncated, ["rows"]),
            ("", .truncated, ["no lines"]),
        ]
        for (text, kind, texts) in cases {
            let file = try folder.write(text, to: "bad.csv")
            expectDataError(kind, mentioning: texts + ["bad.csv"]) {
                _ = try CSVReader().table(at: file)
            }
        }
        let fraction = try folder.write("a,label\n1,0\n2,0.5\n", to: "bad.csv")
        expectDataError(.labelOutsideClasses, mentioning: ["line 3", "0.5"]) {
            _ = try Dataset(csv: fraction, label: "label")
        }
    }

    @Test func optionsChangeTheResult() throws {
        let file = try folder.write("a,b\n1,\n2,nan\n", to: "gaps.csv")
        let format = CSVFormat(missingValues: .replaced(by: -1))
        #expect(try CSVReader(format: format).table(at: file).numbers("b") == [-1, -1])
        let text = CSVFormat(textColumns: ["b"])
        #expect(try CSVReader(format: text).table(at: file).columns[1] == .text(["", "nan"]))
        expectDataError(.unknownName) {
            _ = try CSVReader(format: CSVFormat(textColumns: ["c"])).table(at: file)
        }
        expectDataError(.countMismatch) {
            _ = try CSVReader(format: CSVFormat(separator: ";", hasHeader: true))
                .table(at: folder.write("a;b\n1,2\n", to: "other.csv"))
        }
    }

    @Test func summaries() throws {
        let csv = try DataFileSummary(folder.write("a,b\n1,x\n2,y\n", to: "a.csv"))
        #expect(csv.format == "CSV" && csv.bytes == 12 && !csv.isCompressed)
        #expect(csv.details.contains { $0.name == "rows" && $0.value == "2" })
        let idx = try DataFileSummary(
            folder.write(gzip([0, 0, 8, 1, 0, 0, 0, 3, 2, 0, 2]), to: "l.gz"))
        #expect(idx.format == "IDX" && idx.isCompressed)
        #expect(idx.details.contains { $0.name == "labels" && $0.value == "[1, 0, 2]" })
        expectDataError(.wrongFormat, mentioning: ["ff d8"]) {
            _ = try DataFileSummary(folder.write([0xff, 0xd8, 0xff, 0], to: "x.jpg"))
        }
    }

    @Test func numbersToPredictAndRowsWithoutTargets() throws {
        let file = try folder.write(
            "time,load,wear,state\n0,1.5,0.25,new\n1,2.5,0.5,old\n", to: "wear.csv")
        let data = try Dataset(csv: file, target: "wear")
        #expect(data.targets == .values([0.25, 0.5], names: ["wear"], units: [""]))
        #expect(data.featureNames == ["time", "load"] && data.values == [0, 1.5, 1, 2.5])
        let last = try Dataset(csv: file, target: 1, features: ["time"])
        #expect(last.targets == .values([1.5, 2.5], names: ["load"], units: [""]))
        #expect(last.featureNames == ["time"] && last.featureShape == [1])
        expectDataError(.wrongFormat, mentioning: ["state"]) {
            _ = try Dataset(csv: file, target: "state")
        }
        expectDataError(.unknownName) { _ = try Dataset(csv: file, target: "tear") }
        // New rows in the order in which a network takes them.
        let rows = try Dataset(csv: file, features: ["load", "time"])
        #expect(rows.targets == .none(count: 2) && rows.values == [1.5, 0, 2.5, 1])
        #expect(try Dataset(csv: file, features: nil).featureNames == ["time", "load", "wear"])
        #expect(try Dataset(csv: file, label: "state").featureNames == ["time", "load", "wear"])
    }

    @Test(.data("skab")) func realSensorSeries() throws {
        let directory = try #require(SharedData.directory)
        let table = try CSVReader().table(
            at: directory.url.appending(path: "skab/anomaly-free/anomaly-free.csv"))
        #expect(table.columns.count == 9 && table.numericColumns.count == 8)
    }
}
