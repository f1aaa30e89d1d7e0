import Foundation

/// What data sets there are, which of them lie in a data directory, and what is missing.
public struct DataCatalogue: Sendable, Hashable, Codable {
    /// Whether a data set can be used.
    public enum Status: String, Sendable, Hashable, Codable {
        /// Ships with the package.
        case builtIn = "built in"
        /// All files are there.
        case available
        /// Some files are there.
        case incomplete
        /// No file is there.
        case absent
    }

    /// A file of a data set.
    public struct File: Sendable, Hashable, Codable {
        /// Path.
        public let path: String
        /// Size as stored.
        public let bytes: Int
    }

    /// A data set.
    public struct Entry: Sendable, Hashable, Codable {
        /// Name, as configurations spell it.
        public let name: String
        /// What it holds.
        public let summary: String
        /// Whether it can be used.
        public let status: Status
        /// The files that are there.
        public let files: [File]
        /// The files that are not.
        public let missing: [String]

        /// Size of all files as stored.
        public var bytes: Int { files.reduce(0) { $0 + $1.bytes } }
    }

    /// All data sets that the package knows.
    public let entries: [Entry]

    /// Looks through a data directory; without one only what ships with the package is there.
    public init(directory: DataDirectory?) {
        let resource = (try? Digits.resource()).map { Self.file($0) }
        entries =
            [
                Entry(
                    name: "digits",
                    summary: "1797 handwritten digits, 8 × 8, 10 classes; CC BY 4.0",
                    status: .builtIn, files: resource.map { [$0] } ?? [],
                    missing: resource == nil ? ["digits.csv.gz"] : []),
                Entry(
                    name: "yin-yang",
                    summary: "7000 points of 4 features, 3 classes; made by a formula",
                    status: .builtIn, files: [], missing: []),
            ] + Self.known.map { $0.entry(in: directory) }
            + Self.knownFolders.map { $0.entry(in: directory) }
    }

    /// The entry of a name.
    public subscript(name: String) -> Entry? { entries.first { $0.name == name } }

    static func file(_ url: URL) -> File {
        let path = url.path(percentEncoded: false)
        let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber
        return File(path: path, bytes: size?.intValue ?? 0)
    }
}

// MARK: - Known sets

extension DataCatalogue {
    /// A data set made of files of known names.
    struct Description {
        let name: String
        let summary: String
        let folders: [String]
        /// Spellings of each file.
        let files: [[String]]
        /// Files that may be there as well.
        var extras: [String] = []
        /// Whether the files may lie in the data directory itself.
        var mayLieInRoot: @Sendable (DataDirectory?) -> Bool = { _ in true }

        func entry(in directory: DataDirectory?) -> Entry {
            var found: [File] = [], missing: [String] = []
            let inRoot = mayLieInRoot(directory)
            for names in files {
                let url = directory?.fileIfPresent(names, in: folders, includesRoot: inRoot)
                if let url {
                    found.append(DataCatalogue.file(url))
                } else {
                    missing.append("\(folders[0])/\(names[0])")
                }
            }
            for name in extras {
                if let url = directory?.fileIfPresent([name], in: folders) {
                    found.append(DataCatalogue.file(url))
                }
            }
            let status: Status =
                missing.isEmpty ? .available : found.isEmpty ? .absent : .incomplete
            return Entry(
                name: name, summary: summary, status: status, files: found, missing: missing)
        }
    }

    static var known: [Description] {
        MNIST.Variant.allCases.map { variant in
            Description(
                name: variant.rawValue,
                summary: "70 000 grey images, 28 × 28, 10 classes; \(variant.origin.licence)",
                folders: variant.folders,
                files: [
                    MNIST.names("train", "images", 3), MNIST.names("train", "labels", 1),
                    MNIST.names("t10k", "images", 3), MNIST.names("t10k", "labels", 1),
                ], mayLieInRoot: { variant.mayLie(directlyIn: $0) })
        } + [
            Description(
                name: "cifar10", summary: "60 000 colour images, 32 × 32, 10 classes",
                folders: CIFAR10.folders,
                files: CIFAR10.batchNames.map { [$0] } + [["test_batch.bin"]]),
            Description(
                name: "cifar100", summary: "60 000 colour images, 32 × 32, 100 classes",
                folders: CIFAR100.folders, files: [["train.bin"], ["test.bin"]],
                extras: ["fine_label_names.txt", "coarse_label_names.txt"]),
        ]
    }

    /// A data set made of many files in folders.
    struct FolderDescription {
        let name: String
        let summary: String
        let folders: [String]
        /// Folders inside that must be there; their files are counted.
        let parts: [String]
        let suffixes: [String]
        /// What names of files start with, of each at least one.
        var beginnings: [String] = []

        func entry(in directory: DataDirectory?) -> Entry {
            let root = folders.lazy.compactMap { directory?.folder($0) }.first
            var found: [File] = [], missing: [String] = []
            for part in parts {
                let folder = part.isEmpty ? root : root?.appending(path: part)
                let files = folder.flatMap {
                    try? FolderListing.files(in: $0, withSuffixes: suffixes)
                }
                guard let files else {
                    missing.append("\(folders[0])/\(part)*\(suffixes[0])")
                    continue
                }
                found += files.map { DataCatalogue.file($0) }
                for beginning in beginnings
                where !files.contains(where: { $0.lastPathComponent.hasPrefix(beginning) }) {
                    missing.append("\(folders[0])/\(part)\(beginning)*\(suffixes[0])")
                }
            }
            let status: Status =
                missing.isEmpty ? .available : found.isEmpty ? .absent : .incomplete
            return Entry(
                name: name, summary: summary, status: status, files: found, missing: missing)
        }
    }

    static var knownFolders: [FolderDescription] {
        [
            FolderDescription(
                name: "fsdd", summary: "spoken digits, 8 kHz, 10 classes; CC BY-SA 4.0",
                folders: FSDD.folders, parts: [""], suffixes: FSDD.suffixes,
                beginnings: (0...9).map { "\($0)_" }),
            FolderDescription(
                name: "n-mnist",
                summary: "70 000 digits seen by an event camera, 34 × 34 × 2; CC BY-SA 4.0",
                folders: NMNIST.folders,
                parts: ["Train", "Test"].flatMap { part in (0...9).map { "\(part)/\($0)/" } },
                suffixes: NMNIST.suffixes),
        ]
    }
}
