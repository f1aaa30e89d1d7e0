import Foundation

/// Where the reference vectors lie: the folder named by `RANVIER_REFERENCE`, else the copies that ship with
/// the tests. It holds one folder per method, each with JSON files and a README.
enum ReferenceFolder {
    /// The copies that ship with the tests.
    static let shipped =
        Bundle.module.resourceURL.map { $0.appending(path: "Reference") }
        ?? URL(filePath: "Reference")

    /// The folder of method folders.
    static let root: URL = {
        if let path = ProcessInfo.processInfo.environment["RANVIER_REFERENCE"], !path.isEmpty {
            return URL(filePath: path)
        }
        return shipped
    }()

    /// Every file below a folder but the READMEs, as `method/file.json`, sorted.
    static func files(in root: URL) throws -> [String] {
        let paths = try FileManager.default.subpathsOfDirectory(
            atPath: root.path(percentEncoded: false))
        return paths.filter {
            var isFolder: ObjCBool = false
            let path = root.appending(path: $0).path(percentEncoded: false)
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
                && !isFolder.boolValue && URL(filePath: path).lastPathComponent != "README.md"
        }.sorted()
    }
}
