import Foundation
import RanvierTensors

/// What a single file holds, found out from its contents.
public struct DataFileSummary: Sendable, Hashable, Codable {
    /// A line of the summary.
    public struct Detail: Sendable, Hashable, Codable {
        /// What it is about.
        public let name: String
        /// What there is to say.
        public let value: String
    }

    /// The file.
    public let path: String
    /// Size as stored.
    public let bytes: Int
    /// Whether it is gzip.
    public let isCompressed: Bool
    /// The format: `IDX`, `CSV`, …
    public let format: String
    /// Shape, types, columns.
    public let details: [Detail]

    /// Looks at a file.
    ///
    /// - Throws: ``DataError`` if it is missing, damaged, or of a format that is not known.
    public init(_ url: URL) throws(DataError) {
        let reader = try FileReader(url)
        path = reader.path
        bytes = DataCatalogue.file(url).bytes
        isCompressed = reader.isCompressed
        let start = try reader.read(upTo: 64)
        (format, details) = try Self.inspect(url, start)
    }

    private static func inspect(
        _ url: URL, _ start: [UInt8]
    ) throws(DataError) -> (String, [Detail]) {
        if start.count >= 4, start[0] == 0, start[1] == 0 { return ("IDX", try idx(url)) }
        if !start.isEmpty, start.allSatisfy({ $0 >= 32 && $0 != 127 || (9...13).contains($0) }) {
            return ("CSV", try csv(url))
        }
        throw DataError(
            .wrongFormat, at: url.path(percentEncoded: false),
            expected: "a file of a known format (IDX, CSV, each also as gzip)",
            found: start.isEmpty
                ? "an empty file"
                : "bytes "
                    + start.prefix(8).map { String(format: "%02x", $0) }.joined(separator: " "),
            advice: "check that this is a data file")
    }

    private static func idx(_ url: URL) throws(DataError) -> [Detail] {
        let file = try IDXFile(contentsOf: url)
        var details = [
            Detail(name: "elements", value: "\(file.elementType)"),
            Detail(name: "shape", value: "\(file.shape)"),
        ]
        if file.elementType == .uint8, let low = file.bytes.min(), let high = file.bytes.max() {
            details.append(Detail(name: "range", value: "\(low) to \(high)"))
            if file.shape.count == 1 {
                var counts = [Int](repeating: 0, count: Int(high) + 1)
                for label in file.bytes { counts[Int(label)] += 1 }
                details.append(Detail(name: "labels", value: "\(counts)"))
            }
        }
        return details
    }

    private static func csv(_ url: URL) throws(DataError) -> [Detail] {
        let table = try CSVReader(format: CSVFormat(missingValues: .replaced(by: 0))).table(at: url)
        let separator = table.separator == "\t" ? "tab" : "\(table.separator)"
        var details = [
            Detail(name: "rows", value: "\(table.rowCount)"),
            Detail(name: "columns", value: "\(table.columns.count)"),
            Detail(name: "separator", value: separator),
        ]
        // Wide tables are images or spectra, whose columns have nothing to say one by one.
        for (name, column) in zip(table.names, table.columns).prefix(32) {
            switch column {
            case .numbers(let numbers):
                let low = numbers.min() ?? 0, high = numbers.max() ?? 0
                details.append(Detail(name: name, value: "numbers from \(low) to \(high)"))
            case .text(let texts):
                details.append(Detail(name: name, value: "text, first \"\(texts.first ?? "")\""))
            }
        }
        if table.columns.count > 32 {
            details.append(Detail(name: "…", value: "\(table.columns.count - 32) more columns"))
        }
        return details
    }
}
