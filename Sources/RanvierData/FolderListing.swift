import Foundation
import RanvierFormats

/// The files of a folder, in an order that does not depend on the file system.
enum FolderListing {
    /// Files whose name ends in one of the suffixes, sorted by name.
    ///
    /// - Throws: ``DataError`` if the folder is missing or holds none.
    static func files(in folder: URL, withSuffixes suffixes: [String]) throws(DataError) -> [URL] {
        let path = folder.path(percentEncoded: false)
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw DataError(
                .missing, at: path, expected: "a folder", found: "none that can be read",
                advice: "check that the data set was unpacked whole")
        }
        let found = names.filter { name in suffixes.contains { name.hasSuffix($0) } }.sorted()
        guard !found.isEmpty else {
            throw DataError(
                .missing, at: path,
                expected: "files ending in " + suffixes.joined(separator: " or "), found: "none",
                advice: "check that the data set was unpacked whole")
        }
        return found.map { folder.appending(path: $0) }
    }
}
