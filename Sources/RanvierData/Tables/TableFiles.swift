import Foundation
import RanvierConfiguration
import RanvierFormats

/// Finds the files of a data set: one, those of a folder, those that a pattern fits, or several of these.
package enum TableFiles {
    /// Endings of tables in a folder, in small letters.
    static let suffixes = [".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz"]

    /// The files, in an order that does not depend on the file system: as listed, and by name within a folder or pattern,
    /// numbers in names by their value.
    ///
    /// - Throws: `DataError` where a path leads nowhere, or to no table.
    package static func urls(_ paths: [String], from folder: URL) throws(DataError) -> [URL] {
        var urls: [URL] = []
        for path in paths { urls += try self.urls(path, from: folder) }
        var seen: Set<String> = []
        for url in urls
        where !seen.insert(url.resolvingSymlinksInPath().standardizedFileURL.path).inserted {
            throw DataError(
                .invalidParameter, at: url.path(percentEncoded: false),
                expected: "every file once", found: "the same file twice",
                advice: "a row that is learned twice counts twice; list it once")
        }
        return urls
    }

    private static func urls(_ path: String, from folder: URL) throws(DataError) -> [URL] {
        let url = URL(filePath: path, relativeTo: folder).absoluteURL
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) {
            return isFolder.boolValue ? try tables(in: url, path) : [url]
        }
        guard path.contains(where: { "*?".contains($0) }) else {
            throw DataError(
                .missing, at: url.path(percentEncoded: false),
                expected: "a table, a folder of tables, or a pattern such as data/*.csv",
                found: "nothing", advice: "check the path; it starts from \(folder.path)")
        }
        var found: [URL] = []
        for match in matches(url.pathComponents, at: URL(filePath: "/")) {
            // A pattern may fit folders, which stand for their tables.
            let isFolder = (try? match.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory
            found += isFolder == true ? try tables(in: match, match.path) : [match]
        }
        guard !found.isEmpty else {
            throw DataError(
                .missing, at: path, expected: "files that the pattern fits", found: "none",
                advice: "check the path; it starts from \(folder.path)")
        }
        return found
    }

    private static func tables(in folder: URL, _ path: String) throws(DataError) -> [URL] {
        let walker = FileManager.default.enumerator(
            at: folder, includingPropertiesForKeys: nil, options: [.skipsHiddenFiles])
        var found: [URL] = []
        while let url = walker?.nextObject() as? URL {
            let name = url.lastPathComponent.lowercased()
            if suffixes.contains(where: { name.hasSuffix($0) }) { found.append(url) }
        }
        guard !found.isEmpty else {
            let nature = FileNature(of: folder)
            throw DataError(
                .missing, at: path, expected: "tables (\(suffixes.joined(separator: ", ")))",
                found: nature?.words ?? "none in the folder",
                advice: nature?.advice
                    ?? "check the path; other data are named in a configuration (dataset: …)")
        }
        return sorted(found)
    }

    private static func matches(_ components: [String], at root: URL) -> [URL] {
        var places = [root]
        for component in components.dropFirst() {
            var next: [URL] = []
            for place in places {
                guard component.contains(where: { "*?".contains($0) }) else {
                    let url = place.appending(path: component)
                    if FileManager.default.fileExists(atPath: url.path) { next.append(url) }
                    continue
                }
                let names =
                    (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
                next += names.filter { !$0.hasPrefix(".") && fits($0, component) }
                    .map { place.appending(path: $0) }
            }
            places = next
        }
        return sorted(places)
    }

    private static func sorted(_ urls: [URL]) -> [URL] {
        urls.sorted {
            let order = $0.path.compare($1.path, options: .numeric)
            // "file02" and "file2" have the same value.
            return order == .orderedSame ? $0.path < $1.path : order == .orderedAscending
        }
    }

    /// Whether a name fits a pattern of `*` (anything) and `?` (one character).
    static func fits(_ name: String, _ pattern: String) -> Bool {
        let name = Array(name), pattern = Array(pattern)
        var reach = [Bool](repeating: false, count: name.count + 1)
        reach[0] = true
        for character in pattern {
            if character == "*" {
                for index in name.indices where reach[index] { reach[index + 1] = true }
                continue
            }
            for index in name.indices.reversed() {
                reach[index + 1] = reach[index] && (character == "?" || character == name[index])
            }
            reach[0] = false
        }
        return reach[name.count]
    }
}
