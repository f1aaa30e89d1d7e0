import Foundation
import RanvierFormats

extension RunDirectory {
    /// Checks that a folder is a run's, that no process writes it, and that it holds nothing else.
    ///
    /// - Parameter force: whether files that are not the run's own may go, too.
    /// - Throws: `RunError.missing`, `.notARun`, `.link`, `.locked`, `.holdsOthers`.
    public static func checkRemovable(_ url: URL, force: Bool = false) throws(RunError) {
        try requireRun(url)
        let attributes = try? FileManager.default.attributesOfItem(
            atPath: url.standardizedFileURL.path)
        guard attributes?[.type] as? FileAttributeType != .typeSymbolicLink else {
            throw .link(path: url.path)
        }
        guard !RunLock.isHeld(directory: url) else { throw .locked(path: url.path) }
        let others = strangers(in: url)
        guard force || others.isEmpty else { throw .holdsOthers(path: url.path, names: others) }
    }

    /// Removes a run and all its files.
    ///
    /// The folder is renamed first, so that a run is never half there.
    /// - Throws: as ``checkRemovable(_:force:)``; `FileError`.
    public static func remove(_ url: URL, force: Bool = false) throws {
        let url = url.standardizedFileURL
        try requireRun(url)
        let hidden = hidden(url, "removed")
        let lock = try FolderLock.hold(url.deletingLastPathComponent()) {
            try checkRemovable(url, force: force)
            let lock = try RunLock(directory: url)
            try Folder.rename(url, to: hidden, "move the run out of the way")
            return lock
        }
        defer { withExtendedLifetime(lock) {} }
        try removeHidden(hidden)
    }

    /// What in a run's folder no run has written; hidden files are the system's or half-written ones.
    static func strangers(in url: URL) -> [String] {
        let own = Set(File.allCases.map(\.rawValue) + ["figures"])
        let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
        return names.filter { !$0.hasPrefix(".") && !own.contains($0) }.sorted()
    }
}
