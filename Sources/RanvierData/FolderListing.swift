import Foundation
import RanvierFormats

/// The files of a folder, in an order that does not depend on the file system.
struct FolderListing {
    /// The folder.
    let folder: URL
    /// Files whose name ends in one of the suffixes, in whatever case, sorted by name.
    let files: [URL]
    /// Folders in it, sorted by name.
    let folders: [URL]
    /// Names of files that were left out, sorted; hidden ones are not counted.
    let others: [String]

    /// Looks into a folder.
    ///
    /// - Throws: ``DataError`` if the folder is missing.
    init(_ folder: URL, suffixes: [String]) throws(DataError) {
        let path = folder.path(percentEncoded: false)
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw DataError(
                .missing, at: path, expected: "a folder", found: "none that can be read",
                advice: "check that the data set was unpacked whole")
        }
        var files: [URL] = [], folders: [URL] = [], others: [String] = []
        for name in names.sorted() where !name.hasPrefix(".") {
            let url = folder.appending(path: name), small = name.lowercased()
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(
                atPath: url.path(percentEncoded: false), isDirectory: &isFolder)
            if isFolder.boolValue {
                folders.append(url)
            } else if suffixes.contains(where: { small.hasSuffix($0) }) {
                files.append(url)
            } else {
                others.append(name)
            }
        }
        (self.folder, self.files, self.folders, self.others) = (folder, files, folders, others)
    }

    /// Files whose name ends in one of the suffixes, in whatever case, sorted by name.
    ///
    /// - Throws: ``DataError`` if the folder is missing or holds none.
    static func files(in folder: URL, withSuffixes suffixes: [String]) throws(DataError) -> [URL] {
        try FolderListing(folder, suffixes: suffixes).requiredFiles(suffixes)
    }

    /// The files, of which there must be some.
    ///
    /// - Throws: ``DataError`` that says what is there in their place.
    func requiredFiles(_ suffixes: [String]) throws(DataError) -> [URL] {
        guard files.isEmpty else { return files }
        throw DataError(
            .missing, at: folder.path(percentEncoded: false),
            expected: "files ending in " + suffixes.joined(separator: " or "),
            found: others.isEmpty ? "none" : Self.told(others),
            advice: "check that the data set was unpacked whole")
    }

    /// What to tell of files that were left out; nil where there are none.
    static func warning(of name: String, leftOut: [String]) -> String? {
        leftOut.isEmpty ? nil : "\(name): left out as no data: \(told(leftOut))"
    }

    /// Some names in a few words: `3 files: a.txt, b.txt, c.txt`, of more than three the first.
    static func told(_ names: [String]) -> String {
        let shown = names.prefix(3).joined(separator: ", ")
        return "\(names.count) \(names.count == 1 ? "file" : "files"): \(shown)"
            + (names.count > 3 ? ", …" : "")
    }
}
