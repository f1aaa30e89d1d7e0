import Foundation
import RanvierFormats

/// The folder in which larger data sets are looked for.
///
/// The one named by `--data-directory`, else the one named by `RANVIER_DATA`. A set `mnist` may lie in a
/// folder `mnist` inside it, or directly in it.
public struct DataDirectory: Sendable, Hashable {
    /// The folder.
    public let url: URL

    /// Name of the environment variable that names the folder.
    public static let environmentVariable = "RANVIER_DATA"

    /// A folder that must exist.
    ///
    /// - Throws: ``DataError`` of kind `missing`.
    public init(path: String) throws(DataError) {
        guard Self.isFolder(path) else {
            throw DataError(
                .missing, at: path, expected: "a data directory", found: "no such folder",
                advice: "check --data-directory and \(Self.environmentVariable)")
        }
        url = URL(filePath: path, directoryHint: .isDirectory)
    }

    /// The folder by the rule: explicit path, then environment, then further places if any of them exists.
    ///
    /// - Throws: ``DataError`` of kind `missing` that lists what was searched.
    public static func locate(
        explicit: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        fallbacks: [String] = []
    ) throws(DataError) -> DataDirectory {
        if let explicit { return try DataDirectory(path: explicit) }
        if let path = environment[environmentVariable], !path.isEmpty {
            return try DataDirectory(path: path)
        }
        for path in fallbacks where isFolder(path) { return try DataDirectory(path: path) }
        let searched = ["--data-directory (not given)", "\(environmentVariable) (not set)"]
        throw DataError(
            .missing, at: "data directory", expected: "a folder with data sets",
            found: "none in: " + (searched + fallbacks).joined(separator: ", "),
            advice: "pass --data-directory PATH; the digits data set needs none")
    }

    /// The first of the named files that exists, plain or with `.gz`, in whatever case, in one of the folders
    /// or in the data directory itself.
    ///
    /// - Parameters:
    ///   - names: spellings of one file.
    ///   - includesRoot: whether to look in the data directory itself, too.
    /// - Throws: ``DataError`` of kind `missing` that lists what was searched.
    public func file(
        _ names: [String], in folders: [String], includesRoot: Bool = true
    ) throws(DataError) -> URL {
        if let found = fileIfPresent(names, in: folders, includesRoot: includesRoot) {
            return found
        }
        let places = places(folders, includesRoot)
        throw DataError(
            .missing, at: places.map { $0.path(percentEncoded: false) }.joined(separator: ", "),
            expected: names.map { "\($0) or \($0).gz" }.joined(separator: " or "),
            found: "no such file",
            advice: "put the file there, or choose another data directory")
    }

    /// The same; nil where nothing is found.
    public func fileIfPresent(
        _ names: [String], in folders: [String], includesRoot: Bool = true
    ) -> URL? {
        let spellings = names.flatMap { [$0, "\($0).gz"] }
        for folder in places(folders, includesRoot) {
            for name in spellings {
                let candidate = folder.appending(path: name)
                if Self.isFile(candidate.path(percentEncoded: false)) { return candidate }
            }
        }
        // Some unpackers and file systems write names in capitals.
        let small = Set(spellings.map { $0.lowercased() })
        for folder in places(folders, includesRoot) {
            let path = folder.path(percentEncoded: false)
            let there = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            for name in there.sorted() where small.contains(name.lowercased()) {
                let candidate = folder.appending(path: name)
                if Self.isFile(candidate.path(percentEncoded: false)) { return candidate }
            }
        }
        return nil
    }

    /// A folder inside the data directory; nil if it is not there.
    public func folder(_ path: String) -> URL? {
        let candidate = url.appending(path: path)
        return Self.isFolder(candidate.path(percentEncoded: false)) ? candidate : nil
    }

    private func places(_ folders: [String], _ includesRoot: Bool) -> [URL] {
        folders.map { url.appending(path: $0) } + (includesRoot ? [url] : [])
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue
    }

    private static func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && !isFolder.boolValue
    }
}
