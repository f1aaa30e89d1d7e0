import Foundation
import RanvierFormats

/// CIFAR-100: colour images of 32 × 32 pixels in 100 classes, or in 20 groups of them.
///
/// Files `train.bin` and `test.bin`, plain or gzip, in a folder `cifar100` of the data directory or directly
/// in it; names of the classes from `fine_label_names.txt` or `coarse_label_names.txt` beside them, if there.
/// Samples are `[32, 32, 3]` from 0 to 1, channels last.
public struct CIFAR100: Sendable {
    /// Which of its two labels an image has.
    public enum Labels: String, Sendable, Hashable, Codable, CaseIterable {
        /// 100 classes.
        case fine
        /// 20 groups of five classes.
        case coarse

        /// Number of classes.
        public var classCount: Int { self == .fine ? 100 : 20 }
    }

    /// Samples for training.
    public let train: Dataset
    /// Samples for the test.
    public let test: Dataset

    static let folders = ["cifar100", "cifar-100-binary", "cifar-100"]
    static let origin = DataOrigin(source: "CIFAR-100 (Krizhevsky 2009)", licence: "not stated")

    /// Reads both files.
    ///
    /// - Throws: ``DataError``: as ``CIFAR10``, and names that are not as many as classes.
    public init(directory: DataDirectory, labels: Labels = .fine) throws(DataError) {
        let names = try Self.names(labels, directory)
        func part(_ file: String, _ name: String) throws(DataError) -> Dataset {
            try Self.read(
                [try directory.file([file], in: Self.folders)], labels: labels,
                name: "cifar100 \(name)", classNames: names)
        }
        train = try part("train.bin", "training")
        test = try part("test.bin", "test")
    }

    /// Reads the records of some files as one set.
    public static func read(
        _ files: [URL], labels: Labels = .fine, name: String, classNames: [String]? = nil
    ) throws(DataError) -> Dataset {
        var records = CIFARRecords(labelBytes: 2)
        for file in files {
            try records.append(
                file, label: labels == .fine ? 1 : 0, classCount: labels.classCount)
        }
        return try records.dataset(
            name: name, classNames: classNames ?? (0..<labels.classCount).map { "\($0)" },
            origin: origin)
    }

    private static func names(
        _ labels: Labels, _ directory: DataDirectory
    ) throws(DataError) -> [String]? {
        let file = "\(labels.rawValue)_label_names.txt"
        guard let url = directory.fileIfPresent([file], in: folders) else { return nil }
        let text = String(decoding: try FileReader(url).readAll(), as: UTF8.self)
        let names = text.split(whereSeparator: \.isNewline).map(String.init)
        guard names.count == labels.classCount else {
            throw DataError(
                .countMismatch, at: url.path(percentEncoded: false),
                expected: "\(labels.classCount) names", found: "\(names.count)",
                advice: "fetch the file again, or remove it")
        }
        return names
    }
}
