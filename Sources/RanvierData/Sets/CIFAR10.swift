import Foundation
import RanvierFormats

/// CIFAR-10: colour images of 32 × 32 pixels in ten classes.
///
/// Files `data_batch_1.bin` up to `data_batch_5.bin` and `test_batch.bin`, plain or gzip, in a folder `cifar10` of
/// the data directory or directly in it. Of the batches those that are there are read, at least one, and ``missing`` names
/// the others. Samples are `[32, 32, 3]` from 0 to 1, channels last.
///
/// Source: Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
public struct CIFAR10: Sendable {
    /// Samples for training.
    public let train: Dataset
    /// Samples for the test.
    public let test: Dataset
    /// Batches for training that are not there, by file name.
    public let missing: [String]

    static let batchNames = (1...5).map { "data_batch_\($0).bin" }

    /// Names of the ten classes.
    public static let classNames = [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ]
    static let folders = ["cifar10", "cifar-10-batches-bin", "cifar-10"]
    static let origin = DataOrigin(source: "CIFAR-10 (Krizhevsky 2009)", licence: "not stated")

    /// Reads all files.
    ///
    /// - Throws: ``DataError``: a missing file, a size that is no whole number of records, a label outside
    ///   the classes, broken gzip.
    public init(directory: DataDirectory) throws(DataError) {
        var batches: [URL] = [], missing: [String] = []
        for name in Self.batchNames {
            if let url = directory.fileIfPresent([name], in: Self.folders) {
                batches.append(url)
            } else {
                missing.append(name)
            }
        }
        if batches.isEmpty {
            batches = [try directory.file([Self.batchNames[0]], in: Self.folders)]
        }
        self.missing = missing
        train = try Self.read(batches, name: "cifar10 training")
        test = try Self.read(
            [try directory.file(["test_batch.bin"], in: Self.folders)], name: "cifar10 test")
    }

    /// Reads the records of some files as one set.
    public static func read(_ files: [URL], name: String) throws(DataError) -> Dataset {
        var records = CIFARRecords(labelBytes: 1)
        for file in files { try records.append(file, label: 0, classCount: 10) }
        return try records.dataset(name: name, classNames: classNames, origin: origin)
    }
}

/// Records of label bytes and three planes of 32 × 32 pixels, as images with channels last.
struct CIFARRecords {
    static let pixels = 32 * 32
    let labelBytes: Int
    private var bytes: [UInt8] = []
    private var labels: [Int] = []

    init(labelBytes: Int) { self.labelBytes = labelBytes }

    /// Bytes of a record.
    var recordSize: Int { labelBytes + 3 * Self.pixels }

    mutating func append(_ file: URL, label position: Int, classCount: Int) throws(DataError) {
        let reader = try FileReader(file)
        let content = try reader.readAll()
        let size = recordSize
        guard content.count % size == 0, !content.isEmpty else {
            throw DataError(
                .truncated, at: reader.path, expected: "whole records of \(size) bytes",
                found: "\(content.count) bytes, \(content.count % size) too many",
                advice: "the file is incomplete, or of another format")
        }
        let count = content.count / size
        bytes.reserveCapacity(bytes.count + count * 3 * Self.pixels)
        for record in 0..<count {
            let label = Int(content[record * size + position])
            guard label < classCount else {
                throw DataError(
                    .labelOutsideClasses,
                    at: "\(reader.path), record \(record), byte \(record * size + position)",
                    expected: "a class from 0 to \(classCount - 1)", found: "\(label)",
                    advice: "check that this is the binary version of the data set")
            }
            labels.append(label)
            let red = record * size + labelBytes
            for pixel in red..<red + Self.pixels {
                bytes.append(content[pixel])
                bytes.append(content[pixel + Self.pixels])
                bytes.append(content[pixel + 2 * Self.pixels])
            }
        }
    }

    func dataset(
        name: String, classNames: [String], origin: DataOrigin
    ) throws(DataError) -> Dataset {
        try Dataset(
            name: name, bytes: bytes, featureShape: [32, 32, 3], labels: labels,
            classNames: classNames, origin: origin)
    }
}
