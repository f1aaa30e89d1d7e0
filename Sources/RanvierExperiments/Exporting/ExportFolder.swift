import Foundation
import RanvierFormats

/// A folder that is written under another name first, so that nothing half-written is left.
struct ExportFolder {
    /// The file that tells a folder from one that no export wrote.
    static let record = "export.json"

    let url: URL
    private let target: URL

    /// - Throws: ``ExportError/occupied(folder:)`` where something is there that may not be replaced; `FileError`.
    init(for target: URL, overwrite: Bool) throws {
        let manager = FileManager.default
        if manager.fileExists(atPath: target.path) {
            let names = try? manager.contentsOfDirectory(atPath: target.path)
            let isExport = names?.contains(Self.record) ?? false
            guard names?.isEmpty ?? false || (overwrite && isExport) else {
                throw ExportError.occupied(folder: target.relativePath)
            }
        }
        self.target = target
        url = target.deletingLastPathComponent().appending(
            path: ".\(target.lastPathComponent)-\(UUID().uuidString.prefix(8))",
            directoryHint: .isDirectory)
        try Folder.make(url)
    }

    /// Writes a file; folders in its path are made.
    func write(_ text: String, to path: String) throws { try write(Data(text.utf8), to: path) }

    /// Writes a file; folders in its path are made.
    func write(_ data: Data, to path: String) throws {
        let file = url.appending(path: path)
        try Folder.make(file.deletingLastPathComponent())
        try data.write(to: file)
    }

    /// Gives the folder its name.
    func takePlace() throws {
        if FileManager.default.fileExists(atPath: target.path) { try Folder.remove(target) }
        try Folder.rename(url, to: target, "give the folder its name")
    }

    /// Removes what was written.
    func discard() { try? Folder.remove(url) }
}
