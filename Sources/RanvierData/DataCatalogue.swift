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
                    summary: "1797 handwritten digits, 8 × 8, 10 classes; ships with the package",
                    status: .builtIn, files: resource.map { [$0] } ?? [],
                    missing: resource == nil ? ["digits.csv.gz"] : [])
            ] + Self.known.map { $0.entry(in: directory) }
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

        func entry(in directory: DataDirectory?) -> Entry {
            var found: [File] = [], missing: [String] = []
            for names in files {
                if let url = directory?.fileIfPresent(names, in: folders) {
                    found.append(DataCatalogue.file(url))
                } else {
                    missing.append("\(folders[0])/\(names[0])")
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
                ])
        }
    }
}
