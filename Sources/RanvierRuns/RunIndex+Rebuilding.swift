import Foundation
import GRDB
import RanvierFormats

extension RunIndex {
    /// What rebuilding found.
    public struct Rebuilt: Sendable {
        /// The index, open for writing.
        public let index: RunIndex
        /// How many runs it holds.
        public let count: Int
        /// Run directories that were left out, with the reason.
        public let skipped: [RunError]
        /// What is to be known of those that were taken.
        public let warnings: [String]
    }

    /// What the run directories gave.
    private struct Found {
        var count = 0
        var skipped: [RunError] = []
        var warnings: [String] = []
    }

    /// Makes the index anew from the run directories below `root`.
    ///
    /// A sound file keeps its place and the numbers of its runs: all is read and changed in one transaction, for whose end runs
    /// that register themselves wait. Only a damaged file, or one of a later version, is replaced.
    ///
    /// - Throws: `RunIndexError`; `FileError` if the folder cannot be written.
    public static func rebuild(root: URL) throws -> Rebuilt {
        try Folder.make(root)
        let file = root.appending(path: fileName)
        return try FolderLock.hold(root) {
            RunDirectory.removeLeftovers(in: root)
            if let sound = try? open(file, writable: true),
                let found = try? refill(sound.database, root: root)
            {
                return Rebuilt(
                    index: RunIndex(root: root, connection: sound), count: found.count,
                    skipped: found.skipped, warnings: found.warnings)
            }
            let found = try replace(file, root: root)
            return Rebuilt(
                index: RunIndex(root: root, connection: try open(file, writable: true)),
                count: found.count, skipped: found.skipped, warnings: found.warnings)
        }
    }

    /// Puts a new file in the place of one that cannot be used.
    private static func replace(
        _ file: URL, root: URL
    ) throws -> Found {
        let fresh = root.appending(path: ".\(fileName).new-\(getpid())")
        do {
            let connection = try open(fresh, writable: true)
            let found = try refill(connection.database, root: root)
            try connection.database.close()
            // What the damaged file had not finished would spoil the new one.
            for suffix in ["-journal", "-wal", "-shm"] { unlink(file.path + suffix) }
            try Folder.rename(fresh, to: file, "replace the index of runs")
            return found
        } catch {
            removeLeftovers(in: root)
            throw Self.error(error, file: file)
        }
    }

    /// Makes the table hold what the run directories say.
    private static func refill(
        _ database: DatabaseQueue, root: URL
    ) throws -> Found {
        try database.write { database in
            guard try String.fetchOne(database, sql: "PRAGMA quick_check") == "ok" else {
                throw DatabaseError(resultCode: .SQLITE_CORRUPT)
            }
            var known: [String: RunRecord] = [:]
            for run in try RunRecord.fetchAll(database) { known[run.path] = run }
            var records: [RunRecord] = []
            var found = Found()
            for folder in runFolders(below: root) {
                do throws(RunError) {
                    let read = try RunRecord(folder: folder, relativeTo: root) {
                        found.warnings.append($0)
                    }
                    records.append(read.completed(by: known.removeValue(forKey: read.path)))
                } catch {
                    found.skipped.append(error)
                }
            }
            try RunRecord.filter(known.keys.contains(Column("path"))).deleteAll(database)
            for record in records.sorted(by: { ($0.started, $0.path) < ($1.started, $1.path) }) {
                _ = try save(record, in: database)
            }
            found.count = records.count
            return found
        }
    }

    /// Removes unfinished files of processes that died while they replaced the index; the caller holds the folder's lock, which
    /// a living one would hold.
    static func removeLeftovers(in root: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        for name in names where name.hasPrefix(".\(fileName).new-") {
            unlink(root.appending(path: name).path)
        }
    }

    /// The run directories below a folder; hidden folders and what is inside runs are not searched.
    private static func runFolders(below root: URL) -> [URL] {
        let children = try? FileManager.default.contentsOfDirectory(
            at: root, includingPropertiesForKeys: [.isDirectoryKey], options: .skipsHiddenFiles)
        return (children ?? []).sorted { $0.path < $1.path }.flatMap { child -> [URL] in
            let values = try? child.resourceValues(forKeys: [.isDirectoryKey])
            guard values?.isDirectory == true else { return [] }
            return RunDirectory.isRun(child) ? [child] : runFolders(below: child)
        }
    }
}

extension RunRecord {
    /// What a run's folder says, with what only the index knows of a run that has no result: that it failed, and on what data.
    fileprivate func completed(by known: RunRecord?) -> RunRecord {
        guard status != .finished, var run = known else { return self }
        // A process that is at it says itself how it ends.
        if run.status == .finished { run.status = status }
        return run
    }
}
