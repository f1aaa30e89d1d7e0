import Foundation
import RanvierConfiguration
import RanvierLearning
import RanvierReports
import RanvierRuns

extension Workbench {
    /// Removes runs: their directories and what the index holds of them.
    ///
    /// All are looked at first, so that nothing is removed if one of them cannot be.
    ///
    /// - Parameters:
    ///   - names: folders, or names or numbers in the index.
    ///   - failed: whether all runs that failed are removed, too.
    ///   - force: whether files go that are in a run's directory and not the run's own.
    /// - Throws: `RunError` for what is no run, is being written, or holds other files; `RunIndexError`; `FileError`.
    public func removeRuns(
        _ names: [String], failed: Bool = false, force: Bool = false, output: URL,
        events: WorkEvents = WorkEvents()
    ) throws -> CommandOutcome {
        var folders: [URL] = []
        func add(_ folder: URL) {
            let folder = folder.standardizedFileURL
            if !folders.contains(where: { $0.path == folder.path }) { folders.append(folder) }
        }
        for name in names { add(try runFolder(name, output: output)) }
        if failed {
            let index = try RunIndex(root: output, create: false)
            for run in try index.runs() where run.status == .failed { add(index.folder(of: run)) }
        }
        // A run whose directory is gone is only forgotten.
        let there = folders.filter { FileManager.default.fileExists(atPath: $0.path) }
        for folder in there { try RunDirectory.checkRemovable(folder, force: force) }
        var removed: [Removed] = []
        for folder in folders {
            let isThere = there.contains(folder)
            let size = Self.size(of: folder)
            if isThere { try RunDirectory.remove(folder, force: force) }
            try forget(folder, output: output, events: events)
            removed.append(
                Removed(
                    folder: folder.path, files: size.files, bytes: size.bytes, wasThere: isThere))
        }
        let lines = removed.map(\.text)
        return CommandOutcome(
            text: lines.isEmpty ? "Nothing to remove." : lines.joined(separator: "\n"),
            value: ["removed": removed])
    }

    /// Takes a run out of the indices that may hold it: that of its own parent folder, and that of the output folder.
    private func forget(_ folder: URL, output: URL, events: WorkEvents) throws {
        let parent = folder.deletingLastPathComponent()
        let roots = [parent, output].reduce(into: [URL]()) { roots, root in
            let root = root.standardizedFileURL
            if !roots.contains(where: { $0.path == root.path }) { roots.append(root) }
        }
        for root in roots
        where FileManager.default.fileExists(
            atPath: root.appending(path: RunIndex.fileName).path)
        {
            do {
                try RunIndex(root: root, create: true).forget([
                    RunRecord.path(of: folder, relativeTo: root), folder.path,
                ])
            } catch {
                events.warning("the index of runs was not updated: \(error)")
            }
        }
    }

    private static func size(of folder: URL) -> (files: Int, bytes: Int) {
        let names = FileManager.default.enumerator(
            at: folder, includingPropertiesForKeys: [.fileSizeKey, .isRegularFileKey])
        var (files, bytes) = (0, 0)
        while let file = names?.nextObject() as? URL {
            let values = try? file.resourceValues(forKeys: [.fileSizeKey, .isRegularFileKey])
            guard values?.isRegularFile == true, file.lastPathComponent != RunLock.name else {
                continue
            }
            (files, bytes) = (files + 1, bytes + (values?.fileSize ?? 0))
        }
        return (files, bytes)
    }

    private struct Removed: Encodable, Sendable {
        let folder: String
        let files: Int
        let bytes: Int
        let wasThere: Bool

        var text: String {
            wasThere
                ? "removed \(folder) (\(files) files, \(NumberText.bytes(Double(bytes))))"
                : "forgot \(folder), whose directory was gone already"
        }
    }
}
