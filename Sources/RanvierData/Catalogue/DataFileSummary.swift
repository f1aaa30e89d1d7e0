import Foundation
import RanvierFormats
import RanvierSpikes
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

    init(path: String, bytes: Int, isCompressed: Bool, format: String, details: [Detail]) {
        (self.path, self.bytes, self.isCompressed) = (path, bytes, isCompressed)
        (self.format, self.details) = (format, details)
    }

    private static func inspect(
        _ url: URL, _ start: [UInt8]
    ) throws(DataError) -> (String, [Detail]) {
        var name = url.lastPathComponent.lowercased()
        if name.hasSuffix(".gz") { name.removeLast(3) }
        // Formats without a magic number are told by their usual names.
        if name.hasSuffix(".bin") {
            switch name {
            case "train.bin", "test.bin":
                return ("CIFAR-100", images(try CIFAR100.read([url], name: name)))
            case _ where name.contains("_batch"):
                return ("CIFAR-10", images(try CIFAR10.read([url], name: name)))
            default: return ("event recording (40 bits)", try events(url))
            }
        }
        if start.starts(with: [0x93] + Array("NUMPY".utf8)) { return ("NPY", try npy(url)) }
        if ImageFile.isImage(start) {
            let image = try ImageFile(contentsOf: url)
            return (
                image.format,
                [
                    Detail(name: "height", value: "\(image.height)"),
                    Detail(name: "width", value: "\(image.width)"),
                    Detail(name: "channels", value: "\(image.channels)"),
                    Detail(name: "full brightness", value: "\(image.maximum)"),
                    Detail(
                        name: "range",
                        value: "\(image.samples.min() ?? 0) to \(image.samples.max() ?? 0)"),
                ]
            )
        }
        if ["RIFF", "RIFX", "RF64", "BW64"].contains(where: { start.starts(with: $0.utf8) }) {
            return ("WAV", try wav(url))
        }
        if start.count >= 4, start[0] == 0, start[1] == 0 { return ("IDX", try idx(url)) }
        if start.starts(with: [0xff, 0xfe]) || start.starts(with: [0xfe, 0xff]) {
            return ("CSV", try csv(url))
        }
        if !start.isEmpty, start.allSatisfy({ $0 >= 32 && $0 != 127 || (9...13).contains($0) }) {
            return ("CSV", try csv(url))
        }
        let nature = FileNature(start: start)
        throw DataError(
            .wrongFormat, at: url.path(percentEncoded: false),
            expected:
                "a file of a known format (IDX, CSV, NPY, WAV, PNG, PGM, PPM, CIFAR or event .bin; also as "
                + "gzip)",
            found: start.isEmpty
                ? "an empty file"
                : nature?.words ?? "bytes "
                    + start.prefix(8).map { String(format: "%02x", $0) }.joined(separator: " "),
            advice: nature?.advice ?? "check that this is a data file")
    }

    private static func idx(_ url: URL) throws(DataError) -> [Detail] {
        let file = try IDXFile(contentsOf: url)
        var details = [
            Detail(name: "elements", value: "\(file.elementType)"),
            Detail(name: "shape", value: "\(file.shape)"),
        ]
        let isFloat = file.elementType == .float32 || file.elementType == .float64
        let numbers = file.elementType == .uint8 ? [] : file.numbers
        let low = file.bytes.min(), high = file.bytes.max()
        if file.elementType == .uint8, let low, let high {
            details.append(Detail(name: "range", value: "\(low) to \(high)"))
        } else if let low = numbers.min(), let high = numbers.max() {
            let range = isFloat ? "\(low) to \(high)" : "\(Int(low)) to \(Int(high))"
            details.append(Detail(name: "range", value: range))
        }
        if file.shape.count == 1, !isFloat, let largest = file.numbers.max(), largest < 1000,
            file.numbers.allSatisfy({ $0 >= 0 })
        {
            var counts = [Int](repeating: 0, count: Int(largest) + 1)
            for label in file.numbers { counts[Int(label)] += 1 }
            details.append(Detail(name: "labels", value: "\(counts)"))
        }
        return details
    }

    private static func images(_ data: Dataset) -> [Detail] {
        [
            Detail(name: "images", value: "\(data.count)"),
            Detail(name: "shape", value: "\(data.featureShape)"),
            Detail(name: "labels", value: "\(data.classCounts)"),
        ]
    }

    private static func events(_ url: URL) throws(DataError) -> [Detail] {
        // Addresses have 8 bits; the sensor is not stated, so none is outside.
        let stream = try ATISFile.read(url, sensor: EventSensor(height: 256, width: 256))
        let places = stream.units.map { stream.sensor.position(of: Int($0)) }
        return [
            Detail(name: "events", value: "\(stream.count)"),
            Detail(name: "duration", value: "\(stream.duration) s"),
            Detail(
                name: "largest x, y",
                value: "\(places.map(\.x).max() ?? 0), \(places.map(\.y).max() ?? 0)"),
            Detail(name: "out of order", value: "\(stream.repairs.outOfOrder)"),
            Detail(name: "time markers", value: "\(stream.repairs.markers)"),
        ]
    }

    private static func npy(_ url: URL) throws(DataError) -> [Detail] {
        let file = try NPYFile(contentsOf: url)
        var details = [
            Detail(name: "elements", value: file.elementType),
            Detail(name: "shape", value: "\(file.shape)"),
        ]
        if let low = file.numbers.min(), let high = file.numbers.max() {
            details.append(Detail(name: "range", value: "\(low) to \(high)"))
        }
        return details
    }

    private static func wav(_ url: URL) throws(DataError) -> [Detail] {
        let file = try WAVFile(contentsOf: url)
        return [
            Detail(name: "sample rate", value: "\(file.sampleRate) Hz"),
            Detail(name: "channels", value: "\(file.channels)"),
            Detail(name: "bits", value: "\(file.bitsPerSample)"),
            Detail(name: "coding", value: file.coding),
            Detail(name: "duration", value: "\(file.duration) s"),
        ] + file.remarks.map { Detail(name: "remark", value: $0) }
    }

    private static func csv(_ url: URL) throws(DataError) -> [Detail] {
        let summary = try TableReader(url).summary()
        var details = [
            Detail(name: "rows", value: "\(summary.rowCount)"),
            Detail(name: "columns", value: "\(summary.columns.count)"),
            Detail(name: "written as", value: "\(summary.dialect)"),
        ]
        // Wide tables are images or spectra, whose columns have nothing to say one by one.
        details += summary.columns.prefix(32).map { Detail(name: $0.name, value: $0.inWords) }
        if summary.columns.count > 32 {
            details.append(
                Detail(name: "…", value: "\(summary.columns.count - 32) more columns"))
        }
        return details + summary.notes.map { Detail(name: "note", value: $0) }
    }
}

extension ColumnSummary {
    /// What the column holds, in a few words: "numbers from 101.5 to 103.25, 2 missing".
    package var inWords: String {
        var parts: [String] = []
        switch content {
        case .numbers:
            parts.append(
                "\(isWhole ? "whole numbers" : "numbers") from \(Self.text(minimum)) to "
                    + Self.text(maximum))
            if texts + times > 0 {
                parts.append(
                    "\(texts + times) cells that are none, the first in line "
                        + "\(firstOddLine ?? 0): \"\(firstOddCell ?? "")\"")
            }
        case .time:
            parts.append("times, first \(firstTexts.first ?? "")")
            if texts + numbers > 0 { parts.append("\(texts + numbers) cells that are none") }
        case .text:
            let different = distinctTexts.map { "\($0.count)" } ?? "more than 1000"
            parts.append("text, \(different) different, first \"\(firstTexts.first ?? "")\"")
            if numbers > 0 { parts.append("\(numbers) numbers among them") }
        case .empty: parts.append("nothing")
        }
        if missing > 0 {
            parts.append("\(missing) missing, the first in line \(firstMissingLine ?? 0)")
        }
        return parts.joined(separator: ", ")
    }

    static func text(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
    }
}
